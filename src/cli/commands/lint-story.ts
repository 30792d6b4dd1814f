import type { Finding } from '../../dsql/finding.ts'
import type { Linted } from '../../dsql/lint.ts'
import type { Disagreement } from '../lint/compare.ts'
import type { Counts, LintedFile } from '../lint/counts.ts'
import type { Print } from '../print.ts'

/** Writes what is not as it was written; what runs as it is only counts. */
export function tellFile({ file, statements }: LintedFile, print: Print): void {
  for (const statement of statements) {
    const { place, outcome, sql, becomes, notices, refusals } = statement
    if (outcome === 'as-is') continue
    print.result(`${file}:${place.line}:${place.column}: ${outcome}: ${shortened(sql)}`)
    for (const finding of [...refusals, ...notices]) print.result(`    ${told(finding, statement)}`)
    if (outcome === 'refused') continue
    for (const line of becomes) print.result(`    → ${line.replace(/\s+/g, ' ')}`)
    if (becomes.length === 0) print.result('    → nothing')
  }
}

/** Writes where AWS's own lint thinks otherwise. */
export function tellDisagreements(disagreements: readonly Disagreement[], print: Print): void {
  for (const { file, line, here, there, says } of disagreements) {
    print.story(`dsql-lint of AWS thinks otherwise of ${file}:${line}: ${here} here, ${there} there`)
    for (const words of says) print.story(`    ${words}`)
  }
}

/** Writes which rules refuse, the most frequent first: among hundreds of rewritten statements, a few of them are easily missed. */
export function tellReasons(files: readonly LintedFile[], print: Print): void {
  const refused = files.flatMap(({ statements }) => statements).filter(({ outcome }) => outcome === 'refused')
  const rules = refused.flatMap(({ refusals }) => [...new Set(refusals.map(({ rule }) => rule))])
  const counted = [...new Set(rules)].map((rule) => ({ rule, times: rules.filter((other) => other === rule).length }))
  if (counted.length === 0) return
  const parts = counted.sort((a, b) => b.times - a.times).map(({ rule, times }) => `${times} × ${rule}`)
  print.story(`refused for: ${parts.join(', ')}`)
}

/** Writes the last line. */
export function tellSummary(counts: Counts, files: number, print: Print): void {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const parts = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`)
  print.story(
    `${total} statement${total === 1 ? '' : 's'} in ${files} file${files === 1 ? '' : 's'}: ${parts.join(', ')}`,
  )
}

function told({ rule, message, instead, date, place }: Finding, statement: Linted): string {
  const elsewhere = place.line === statement.place.line ? '' : `line ${place.line}: `
  return `${elsewhere}${message}; ${instead} (${rule}, ${date})`
}

const shown = 100

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, ' ')
  return line.length > shown ? `${line.slice(0, shown - 1)}…` : line
}
