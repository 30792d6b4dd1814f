import { expect, test } from 'vitest'
import { planDsql } from '../../src/dsql/plan.ts'

async function batchesOf(sql: string) {
  const [step] = (await planDsql(sql)).steps
  return step?.kind === 'rows' ? step.batches : undefined
}

test('a change of one table whose rows stand for themselves can go by batches', async () => {
  expect(await batchesOf('UPDATE "s"."T" SET a = a + 1, (b, "C") = (lower(d), 2)')).toEqual({
    table: { schema: 's', name: 'T' },
    before: 'UPDATE "s"."T" SET a = a + 1, (b, "C") = (lower(d), 2) WHERE ',
    after: '',
    sets: ['a', 'b', 'C'],
  })
  expect(await batchesOf('DELETE FROM ONLY t x WHERE x.a > 1 OR x.b IN (1, 2)')).toEqual({
    table: { name: 't' },
    before: 'DELETE FROM ONLY t x WHERE (x.a > 1 OR x.b IN (1, 2)) AND (',
    after: ')',
    sets: [],
  })
})

test.each([
  "UPDATE t SET a = CASE WHEN b THEN 1 ELSE 2 END WHERE c LIKE 'x%' AND d IS NULL",
  "UPDATE t SET a = coalesce(b, 'x') || upper(trim(c)), d = e::text",
  `UPDATE t SET a = jsonb_set(b, '{x}', '1') WHERE b->>'y' = 'z' AND b @> '{}'`,
  'DELETE FROM t WHERE a BETWEEN 1 AND 2',
])('%s can', async (sql) => {
  expect(await batchesOf(sql)).toBeDefined()
})

test.each([
  ['looks at other rows', 'UPDATE t SET a = (SELECT max(a) FROM t)'],
  ['looks at other tables', 'UPDATE t SET a = u.a FROM u WHERE u.id = t.id'],
  ['looks at other rows in its condition', 'DELETE FROM t WHERE EXISTS (SELECT 1 FROM t o WHERE o.a > t.a)'],
  ['uses other tables', 'DELETE FROM t USING u WHERE u.id = t.id'],
  ['has a query of its own', 'WITH x AS (SELECT 1) UPDATE t SET a = 1'],
  ['answers rows', 'DELETE FROM t RETURNING a'],
  ['tells the time', 'UPDATE t SET a = now()'],
  ['tells the time without parentheses', 'UPDATE t SET a = CURRENT_TIMESTAMP'],
  ['tells the time as a constant', "UPDATE t SET a = ' Now'::timestamptz"],
  ['throws dice', 'UPDATE t SET a = random()'],
  ['makes keys', 'UPDATE t SET a = gen_random_uuid()'],
  ['counts', "UPDATE t SET a = nextval('s')"],
  ['counts by a default', 'UPDATE t SET a = DEFAULT'],
  ['calls what nobody knows', 'UPDATE t SET a = app.price(b)'],
  ['depends on where rows lie', "DELETE FROM t WHERE ctid > '(1,1)'"],
  ['adds rows', 'INSERT INTO t SELECT * FROM u'],
])('a change that %s cannot', async (_why, sql) => {
  expect(await batchesOf(sql)).toBeUndefined()
})
