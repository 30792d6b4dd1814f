import type { Finding } from '../../audit/finding.ts'
import { visibleText } from '../../visible-text.ts'
import { type Html, html } from './html.ts'

/** What the audit found, the worst first, with the statements that would mend it. */
export function findingsSection(findings: readonly Finding[], notices: readonly string[]): Html {
  return html`<section aria-labelledby="findings">
<h2 id="findings">Findings</h2>
${notices.map((notice) => html`<p class="notice">${notice}</p>\n`)}${findings.length === 0 ? html`<p>Nothing was found: roles are as declared, and nobody else has access.</p>` : table(findings)}
</section>`
}

function table(findings: readonly Finding[]): Html {
  return html`<div class="wide" role="region" aria-labelledby="findings" tabindex="0"><table>
<thead><tr><th scope="col">Danger</th><th scope="col">What was found</th><th scope="col">What would mend it</th></tr></thead>
<tbody>
${findings.map(row)}</tbody>
</table></div>`
}

function row({ danger, sentence, sql, role, object }: Finding): Html {
  const mend =
    sql === null ? html`<span class="none">a decision</span>` : html`<code class="sql">${visibleText(sql)};</code>`
  return html`<tr data-role="${role ?? ''}" data-object="${object}"><th scope="row"><span class="danger ${danger}">${danger}</span></th><td>${sentence}</td><td>${mend}</td></tr>
`
}
