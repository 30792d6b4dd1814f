import type { ReportedRole } from '../report.ts'
import { roleFacts } from '../words.ts'
import { type Html, html, name } from './html.ts'

/** Who there is: how each role logs in, as whom, and what it is a member of. */
export function rolesSection(roles: readonly ReportedRole[]): Html {
  return html`<section aria-labelledby="roles">
<h2 id="roles">Roles</h2>
<div class="wide" role="region" aria-labelledby="roles" tabindex="0"><table>
<thead><tr><th scope="col">Role</th><th scope="col">What it is</th><th scope="col">IAM identities</th><th scope="col">Connections</th><th scope="col">Open sessions</th></tr></thead>
<tbody>
${roles.map(row)}</tbody>
</table></div>
</section>`
}

function row(role: ReportedRole): Html {
  const { arns, connectionLimit, openSessions } = role
  const facts = roleFacts({ ...role, connectionLimit: -1, openSessions: null })
  return html`<tr data-role="${role.name}"><th scope="row">${name(role.name)}</th><td>${facts.join(', ')}</td><td class="${arns.length > 0 ? 'arns' : ''}">${arns.map((arn) => html`<div>${name(arn)}</div>`)}</td><td>${connectionLimit === -1 ? 'no limit' : `${connectionLimit} at most`}</td><td>${openSessions ?? 'not shown here'}</td></tr>
`
}
