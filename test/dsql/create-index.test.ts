import { expect, test } from 'vitest'
import { planDsql } from '../../src/dsql/plan.ts'
import { planned } from './planned.ts'

test.each([
  ['a plain one', 'CREATE INDEX i ON t (a)', 'CREATE INDEX ASYNC i ON t (a)', []],
  ['one without a name', 'CREATE INDEX ON t(a)', 'CREATE INDEX ASYNC ON t(a)', []],
  [
    'CONCURRENTLY',
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)',
    'CREATE INDEX ASYNC IF NOT EXISTS i ON t (a)',
    [],
  ],
  ['USING btree', 'CREATE INDEX i ON s.t USING btree (a)', 'CREATE INDEX ASYNC i ON s.t (a)', []],
  [
    'the order that all keys have',
    'CREATE INDEX i ON t (a ASC NULLS LAST, b ASC)',
    'CREATE INDEX ASYNC i ON t (a, b)',
    [],
  ],
  [
    'other orders',
    'CREATE INDEX i ON t ("a" DESC, b NULLS FIRST)',
    'CREATE INDEX ASYNC i ON t ("a", b)',
    ['! sortOrder', '! sortOrder'],
  ],
  [
    'classes that compare bytes',
    'CREATE INDEX i ON t (a text_pattern_ops, b pg_catalog.int4_ops)',
    'CREATE INDEX ASYNC i ON t (a, b)',
    ['! patternOps'],
  ],
  ['a schema before its name', 'CREATE INDEX s.i ON s.t (a)', 'CREATE INDEX ASYNC i ON s.t (a)', []],
  [
    'everything that DSQL takes',
    'create unique index "ü" on "s"."t" (lower(a), (b || c)) include (d) nulls not distinct where e > 1',
    'create unique index ASYNC "ü" on "s"."t" (lower(a), (b || c)) include (d) nulls not distinct where e > 1',
    [],
  ],
  [
    'commas and orders inside of an expression',
    `CREATE INDEX i ON t (f(a, 'DESC'), (g(b, c)) DESC)`,
    `CREATE INDEX ASYNC i ON t (f(a, 'DESC'), (g(b, c)))`,
    ['! sortOrder'],
  ],
  ['ASYNC', 'CREATE UNIQUE INDEX ASYNC i ON t (a)', 'CREATE UNIQUE INDEX ASYNC i ON t (a)', []],
  ['ASYNC without a name', 'CREATE INDEX ASYNC ON t (a)', 'CREATE INDEX ASYNC ON t (a)', []],
  [
    'comments',
    'CREATE INDEX /* why */ i ON t (a DESC /* newest */, b) -- end',
    'CREATE INDEX ASYNC /* why */ i ON t (a /* newest */, b)',
    ['! sortOrder'],
  ],
])('%s', async (_what, sql, becomes, notices) => {
  expect(await planned(sql)).toEqual([`index: ${becomes}`, ...notices])
})

test('knows the table and the index, so that the build can be looked for', async () => {
  const { steps } = await planDsql(
    'CREATE INDEX "I" ON "S"."T" (a); CREATE INDEX ON t (a); CREATE INDEX ASYNC ON t (a)',
  )
  expect(steps).toMatchObject([
    { table: { schema: 'S', name: 'T' }, index: { schema: 'S', name: 'I' }, job: true },
    { table: { name: 't' }, job: true },
    { table: { name: 't' }, job: true },
  ])
  expect(steps.slice(1).every((step) => !('index' in step))).toBe(true)
})

test.each([
  ['indexMethod', 'CREATE INDEX i ON t USING gin (a)'],
  ['opclass', 'CREATE INDEX i ON t (a gin_trgm_ops)'],
  ['opclass', 'CREATE INDEX i ON t (a text_ops (siglen = 8))'],
  ['indexColumns', 'CREATE INDEX i ON t (a, b, c, d, e, f, g, h, i)'],
])('%s refuses %s', async (rule, sql) => {
  expect(await planned(sql)).toContain(`✗ ${rule}`)
})

test('a cluster that has outgrown a rule is sent what was written', async () => {
  const accept = ['syncIndex', 'sortOrder', 'opclass', 'indexMethod']
  const sql = 'CREATE INDEX i ON t USING gin (a gin_ops DESC)'
  const { steps, notices, refusals } = await planDsql(sql, { accept })
  expect({ steps, notices, refusals }).toMatchObject({ steps: [{ sql, job: false }], notices: [], refusals: [] })
})
