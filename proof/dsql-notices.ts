import type { Notice } from '../src/dsql/finding.ts'
import type { RuleName } from '../src/dsql/rules.ts'
import { type CatalogEntry, differences } from '../test/support/catalog.ts'

/** What the notices of a plan account for, and what they do not. */
export interface Explained {
  explained: Readonly<Record<string, number>>
  unexplained: readonly string[]
}

/**
 * Sorts the differences between two catalogs by the notice that announced them.
 *
 * @param there what DSQL has.
 * @param here what PostgreSQL has.
 */
export function explain(
  there: readonly CatalogEntry[],
  here: readonly CatalogEntry[],
  notices: readonly Notice[],
): Explained {
  const explained: Record<string, number> = {}
  const unexplained: string[] = []
  for (const line of differences(there, here)) {
    const [what = '', left = '', right = ''] = /^(.*?): (\(.*\)|absent) ≠ (\(.*\)|absent)$/s.exec(line)?.slice(1) ?? []
    const accounting = explanations.find(({ rule, fits }) =>
      notices.some((notice) => notice.rule === rule && fits({ what, left, right, notice })),
    )
    if (accounting === undefined) unexplained.push(line)
    else explained[accounting.rule] = (explained[accounting.rule] ?? 0) + 1
  }
  return { explained, unexplained }
}

interface Difference {
  what: string
  left: string
  right: string
  notice: Notice
}

/** How a catalog shows what a notice says. */
const explanations: readonly { rule: RuleName; fits(difference: Difference): boolean }[] = [
  {
    rule: 'notNull',
    fits({ what, left, right, notice }) {
      const column = /^NOT NULL of (.*) becomes/.exec(notice.message)?.[1] ?? ''
      if (what.startsWith('column ')) return what.endsWith(` ${column}`) && left === right.replace(' NOT NULL', '')
      const check = new RegExp(`^\\(c CHECK \\(\\("?${column}"? IS NOT NULL\\)\\) valid true `)
      return what.includes(`_${column}_not_null on `) && check.test(left) && right === 'absent'
    },
  },
  {
    rule: 'sortOrder',
    fits: ({ what, left, right }) => what.startsWith('index ') && left === right.replaceAll(/ DESC| NULLS FIRST/g, ''),
  },
  {
    rule: 'patternOps',
    fits: ({ what, left, right }) => what.startsWith('index ') && left === right.replaceAll(' text_pattern_ops', ''),
  },
  {
    rule: 'identity',
    fits({ what, left, right, notice }) {
      const column = notice.message.split(' ')[0] ?? ''
      if (what.startsWith('column ')) return what.endsWith(` ${column}`) && / bigint NOT NULL identity d /.test(left)
      return (
        what.startsWith('sequence ') &&
        what.endsWith(`_${column}_seq"`) &&
        / 65536 /.test(left) &&
        / i /.test(left) &&
        / a /.test(right)
      )
    },
  },
]
