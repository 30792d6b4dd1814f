import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { lintDsql } from '../../src/dsql/lint.ts'

/** What a cluster answered in September 2026; the file is not part of the project, and without it this is skipped. */
const file = '../shared/dsql/probes.json'
const { probes }: { probes: Probe[] } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { probes: [] }

interface Probe {
  name: string
  steps: (string | { sql: string })[]
  expect: { sqlstate?: string; message?: string }[]
}

const isTransaction = /^\s*(BEGIN|START|COMMIT|ROLLBACK)\b/i
/** Refused for what the database holds, or by the parser or a function; nothing that a plan could know. */
const notOfThePlan =
  /does not exist|unrecognized|at end of input|at or near|cannot use subquery|cannot drop primary key/
const ofValues = /^datatype (line|circle)/

const singles = probes.flatMap(({ name, steps, expect: answers }) =>
  steps.flatMap((step, at) => {
    const sql = typeof step === 'string' ? step : step.sql
    return isTransaction.test(sql) ? [] : [{ name, sql, answer: answers[at] ?? {} }]
  }),
)

describe.skipIf(singles.length === 0)('the recorded answers of a cluster', () => {
  const accepted = singles.filter(({ answer }) => answer.sqlstate === undefined)
  const unsupported = singles.filter(
    ({ sql, answer: { sqlstate, message = '' } }) =>
      sqlstate === '0A000' && !notOfThePlan.test(message) && !ofValues.test(message) && !sql.includes(';'),
  )
  const inTransaction = /in a transaction|in the same transaction/

  test.each(accepted)('$name: what was accepted is sent as it is', async ({ sql }) => {
    expect((await lintDsql(sql, {})).filter(({ outcome }) => outcome === 'refused' || outcome === 'rewritten')).toEqual(
      [],
    )
  })

  test.each(unsupported.filter(({ answer }) => !inTransaction.test(answer.message ?? '')))(
    '$name: what was refused is rewritten or refused',
    async ({ sql }) => {
      expect((await lintDsql(sql, {})).map(({ outcome }) => outcome)).not.toContain('as-is')
    },
  )

  test('are enough to tell', () => {
    expect(accepted.length).toBeGreaterThan(100)
    expect(unsupported.length).toBeGreaterThan(60)
  })
})
