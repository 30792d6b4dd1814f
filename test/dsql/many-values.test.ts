import { expect, test } from 'vitest'
import { planDsql } from '../../src/dsql/plan.ts'
import { refused } from './planned.ts'

const rows = (count: number, row = (n: number) => `(${n}, 'a),(;', (1 + 2))`) =>
  Array.from({ length: count }, (_, n) => row(n)).join(',\n  ')

test('constant rows beyond the limit are inserted in parts, each with what stands around them', async () => {
  const sql = `INSERT INTO "T" ("n", a, b) VALUES\n  ${rows(6000)}\nON CONFLICT ("n") DO NOTHING`
  const { steps, notices, refusals } = await planDsql(sql)
  expect([notices.map(({ rule }) => rule), refusals]).toEqual([['rowParts'], []])
  const parts = steps.flatMap((step) => (step.kind === 'rows' ? step.statements : []))
  expect(parts.map((part) => part.split("'a),(;'").length - 1)).toEqual([2500, 2500, 1000])
  for (const part of parts) {
    expect(part).toMatch(/^INSERT INTO "T" \("n", a, b\) VALUES\n {2}\(\d/)
    expect(part.endsWith('\nON CONFLICT ("n") DO NOTHING')).toBe(true)
    expect((await planDsql(part)).notices).toEqual([])
  }
  const values = (part: string) => part.replace(/^.*?VALUES\n {2}|\nON CONFLICT.*$/gs, '')
  expect(parts.map(values).join(',\n  ')).toBe(rows(6000))
})

test('as many as fit stay one statement', async () => {
  const sql = `INSERT INTO t VALUES ${rows(3000)}`
  expect((await planDsql(sql)).steps).toMatchObject([{ statements: [sql] }])
})

test.each([
  ['tell the time', `INSERT INTO t VALUES ${rows(3001, () => '(now())')}`],
  ['look at other rows', `INSERT INTO t VALUES ${rows(3001, () => '((SELECT max(a) FROM t))')}`],
  ['are answered', `INSERT INTO t VALUES ${rows(3001)} RETURNING a`],
  ['share a transaction of the file', `BEGIN; INSERT INTO t VALUES ${rows(3001)}; COMMIT;`],
])('more that %s are refused', async (_why, sql) => {
  expect(await refused(sql)).toEqual(['rowLimit'])
})
