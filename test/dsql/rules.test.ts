import { expect, test } from 'vitest'
import { isCertain, type Rule } from '../../src/dsql/rules/rule.ts'
import { rules } from '../../src/dsql/rules.ts'

const all: readonly [string, Rule][] = Object.entries(rules)

test('every rule stands in docs/dsql-rules.md', async () => {
  const cell = (text: string) => text.replace('{}', '…').replaceAll('|', '\\|')
  const rows = all.map(
    ([name, rule]) =>
      `| \`${name}\` | ${outcome(rule)} | ${cell(rule.says)} | ${cell(rule.instead)} | ${rule.by} ${rule.on} |`,
  )
  const page = [
    '# Rules of the translation to Aurora DSQL',
    '',
    'Written from `src/dsql/rules/`; `npx vitest run test/dsql/rules.test.ts -u` writes it anew.',
    '',
    'What was recorded or measured on a cluster is certain, and alone refuses a deploy. The rest is sent, with a notice. Name a',
    'rule that your cluster has outgrown in `dsql.accept` of the config ([dsql.md](dsql.md#what-the-cluster-has-outgrown)).',
    '',
    '| rule | statement | what is so | what to write, or to mind | known |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../docs/dsql-rules.md')
})

function outcome(rule: Rule): string {
  if (isCertain(rule)) return 'refused'
  return rule.is === 'refused' ? 'sent, with a notice' : 'changed'
}

test('every rule has a day that has been, and no statement is refused on hearsay', () => {
  for (const [name, rule] of all) {
    expect(rule.on, name).toMatch(/^2026-\d\d-\d\d$/)
    expect(isCertain(rule), name).toBe(rule.is === 'refused' && ['recorded', 'measured'].includes(rule.by))
  }
})
