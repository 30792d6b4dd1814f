import { groupBy } from '../../group.ts'
import type { ReportedAccess, ReportedObjects, ReportedRole, RolesReport } from '../report.ts'
import { accessWords } from '../words.ts'
import { type Html, html, name } from './html.ts'

/** One table a schema: objects down, roles across, with the way in which each privilege comes. */
export function accessSection({ objects, roles }: RolesReport): Html {
  const places = [...groupBy(objects, ({ schema }) => JSON.stringify(schema)).values()]
  return html`<section aria-labelledby="access">
<h2 id="access">Access</h2>
<p>Objects with which every role may do the same share a row. A privilege without a further word was granted to the role itself.</p>
${places.map((rows, at) => place(rows, roles, `place-${at}`))}</section>
`
}

function place(
  rows: readonly [ReportedObjects, ...ReportedObjects[]],
  roles: readonly ReportedRole[],
  id: string,
): Html {
  const [{ schema }] = rows
  const title = schema === null ? html`Database` : html`Schema ${name(schema)}`
  return html`<section class="place" aria-labelledby="${id}">
<h3 id="${id}">${title}</h3>
<div class="wide" role="region" aria-labelledby="${id}" tabindex="0"><table class="matrix">
<thead><tr><th scope="col">Object</th><th scope="col" data-role="">Everybody</th>${roles.map((role) => html`<th scope="col" data-role="${role.name}">${name(role.name)}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => objectRow(row, roles))}</tbody>
</table></div>
</section>
`
}

function objectRow({ kind, names, access }: ReportedObjects, roles: readonly ReportedRole[]): Html {
  const byRole = new Map(access.map((entry) => [entry.role, entry]))
  return html`<tr data-object="${`${kind} ${names.join(' ')}`}"><th scope="row">${label(kind, names)}</th>${[null, ...roles.map((role) => role.name)].map((role) => cell(role, byRole.get(role)))}</tr>
`
}

function label(kind: string, names: readonly string[]): Html {
  const [only = ''] = names
  if (kind === 'schema') return html`the schema itself`
  if (names.length === 1) return html`<span class="kind">${kind}</span> ${name(only)}`
  const shown = names.slice(0, 3).map((each) => html`${name(each)} `)
  return html`<div class="several"><span class="kind">${names.length} ${kind}s</span> ${shown}${names.length > 3 ? more(names.slice(3)) : ''}</div>`
}

function more(names: readonly string[]): Html {
  return html`<details><summary>${names.length} more</summary>${names.map((each) => html`${name(each)} `)}</details>`
}

function cell(role: string | null, access: ReportedAccess | undefined): Html {
  if (access === undefined)
    return html`<td data-role="${role ?? ''}" class="none"><span aria-label="nothing">–</span></td>`
  return html`<td data-role="${role ?? ''}" class="${strength(access)}">${linesOf(access).map((line) => html`<div>${line}</div>`)}</td>`
}

function linesOf(access: ReportedAccess): string[] {
  if (isSuperuser(access)) return ['everything, as superuser']
  return access.owner ? ['everything, as owner'] : accessWords(access)
}

/** How much harm it can do; the words say the same. */
function strength(access: ReportedAccess): string {
  const { privileges, columns, owner, usable } = access
  if (!usable) return 'idle'
  if (owner || isSuperuser(access)) return 'all'
  const names = [privileges, ...Object.values(columns)].flatMap((held) => Object.keys(held))
  return names.every((privilege) => harmless.includes(privilege)) ? 'read' : 'write'
}

const harmless = ['SELECT', 'USAGE', 'CONNECT', 'TEMPORARY', 'EXECUTE']

function isSuperuser({ privileges }: ReportedAccess): boolean {
  return Object.values(privileges).some(([nearest]) => nearest?.way === 'superuser')
}
