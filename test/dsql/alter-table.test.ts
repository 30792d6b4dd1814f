import { describe, expect, test } from 'vitest'
import { planDsql } from '../../src/dsql/plan.ts'
import { planned, refused } from './planned.ts'

test.each([
  'ALTER TABLE t ADD COLUMN a text, ADD COLUMN b int, DROP COLUMN c',
  'ALTER TABLE ONLY "T" ALTER COLUMN a SET DEFAULT f(1, 2), ALTER COLUMN b DROP DEFAULT',
  'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
  'ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i',
  'ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS (b + 1) STORED',
  'ALTER TABLE t DROP CONSTRAINT t_a_fkey',
  'ALTER TABLE t RENAME COLUMN a TO b',
  'ALTER TABLE t RENAME TO u',
])('%s stays as it is', async (sql) => {
  expect(await planned(sql)).toEqual([`schema: ${sql}`])
})

describe('ADD COLUMN', () => {
  test('with a default alone fills the rows that exist, by batches that may be repeated', async () => {
    const { steps } = await planDsql(`ALTER TABLE "s"."T" ADD COLUMN "a" JSONB DEFAULT '{}'`)
    expect(steps).toMatchObject([
      { statements: ['ALTER TABLE "s"."T" ADD COLUMN "a" JSONB'] },
      { statements: [`ALTER TABLE "s"."T" ALTER COLUMN "a" SET DEFAULT '{}'`] },
      {
        kind: 'rows',
        statements: ['UPDATE "s"."T" SET "a" = DEFAULT WHERE "a" IS NULL'],
        batches: {
          table: { schema: 's', name: 'T' },
          before: 'UPDATE "s"."T" SET "a" = DEFAULT WHERE "a" IS NULL AND (',
          after: ')',
          sets: ['a'],
        },
      },
    ])
  })

  test('with every kind of constraint takes them one by one', async () => {
    const column = `a int CONSTRAINT k CHECK (a > 1 AND a IN (1, 2)) DEFAULT 1 + 2 -- three
      NOT NULL REFERENCES u(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED UNIQUE`
    expect(await planned(`ALTER TABLE t ADD ${column}`)).toEqual([
      'schema: ALTER TABLE t ADD a int',
      'schema: ALTER TABLE t ALTER COLUMN a SET DEFAULT 1 + 2',
      'rows: UPDATE t SET a = DEFAULT WHERE a IS NULL',
      'schema: ALTER TABLE t ADD CONSTRAINT "k" CHECK (a > 1 AND a IN (1, 2)) NOT VALID',
      'validate: ALTER TABLE ASYNC t VALIDATE CONSTRAINT "k"',
      'schema: ALTER TABLE t ADD CONSTRAINT "t_a_not_null" CHECK (a IS NOT NULL) NOT VALID',
      'validate: ALTER TABLE ASYNC t VALIDATE CONSTRAINT "t_a_not_null"',
      'schema: ALTER TABLE t ADD CONSTRAINT "t_a_fkey" FOREIGN KEY (a) REFERENCES u(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID',
      'validate: ALTER TABLE ASYNC t VALIDATE CONSTRAINT "t_a_fkey"',
      'index: CREATE UNIQUE INDEX ASYNC "t_a_key" ON t (a)',
      'schema: ALTER TABLE t ADD CONSTRAINT "t_a_key" UNIQUE USING INDEX "t_a_key"',
      '! addColumn',
      '! notNull',
      '! uniqueByIndex',
    ])
  })

  test('with NULL or DEFAULT NULL is a plain column', async () => {
    expect(await planned('ALTER TABLE t ADD a int NULL, ADD b int DEFAULT NULL')).toEqual([
      'schema: ALTER TABLE t ADD a int',
      'schema: ALTER TABLE t ADD b int',
    ])
  })

  test.each([
    ['identityColumn', 'ALTER TABLE t ADD COLUMN a SERIAL', { identityCache: 1 }],
    ['identityColumn', 'ALTER TABLE t ADD COLUMN a BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1)', {}],
    ['primaryKey', 'ALTER TABLE t ADD COLUMN a int PRIMARY KEY', {}],
    ['array', 'ALTER TABLE t ADD COLUMN a int[]', {}],
    ['datatype', 'ALTER TABLE t ADD COLUMN a money', {}],
    ['addColumnIfMissing', 'ALTER TABLE t ADD COLUMN IF NOT EXISTS a int DEFAULT 1', {}],
  ])('%s refuses %s', async (rule, sql, options) => {
    expect(await refused(sql, options)).toContain(rule)
  })
})

describe('ADD CONSTRAINT', () => {
  test('names what has no name as PostgreSQL would', async () => {
    expect(await planned('ALTER TABLE s.t ADD FOREIGN KEY (a, b) REFERENCES u, ADD UNIQUE (a, b)')).toEqual([
      'index: CREATE UNIQUE INDEX ASYNC "t_a_b_key" ON s.t ("a", "b")',
      'schema: ALTER TABLE s.t ADD CONSTRAINT "t_a_b_key" UNIQUE USING INDEX "t_a_b_key"',
      'schema: ALTER TABLE s.t ADD CONSTRAINT "t_a_b_fkey" FOREIGN KEY (a, b) REFERENCES u NOT VALID',
      'validate: ALTER TABLE ASYNC s.t VALIDATE CONSTRAINT "t_a_b_fkey"',
      '! uniqueByIndex',
    ])
  })

  test('makes a unique constraint of an index that is built first', async () => {
    expect(
      await planned(
        'ALTER TABLE t ADD CONSTRAINT "U" UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b) DEFERRABLE INITIALLY DEFERRED',
      ),
    ).toEqual([
      'index: CREATE UNIQUE INDEX ASYNC "U" ON t ("a") INCLUDE ("b") NULLS NOT DISTINCT',
      'schema: ALTER TABLE t ADD CONSTRAINT "U" UNIQUE USING INDEX "U" DEFERRABLE INITIALLY DEFERRED',
      '! uniqueByIndex',
    ])
  })

  test.each([
    ['primaryKey', 'ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY (a)'],
    ['primaryKey', 'ALTER TABLE t DROP CONSTRAINT t_pkey'],
  ])('%s refuses %s', async (rule, sql) => expect(await refused(sql)).toEqual([rule]))
})

test("VALIDATE is a job, also where the table's name is async", async () => {
  expect(
    await planned(
      'ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE async VALIDATE CONSTRAINT c; ALTER TABLE ASYNC t VALIDATE CONSTRAINT c',
    ),
  ).toEqual([
    'validate: ALTER TABLE ASYNC t VALIDATE CONSTRAINT "c"',
    'validate: ALTER TABLE ASYNC async VALIDATE CONSTRAINT "c"',
    'validate: ALTER TABLE ASYNC t VALIDATE CONSTRAINT c',
  ])
})

describe('ALTER COLUMN', () => {
  test('NOT NULL becomes a constraint, and goes in both of its forms', async () => {
    expect(
      await planned('ALTER TABLE "T" ALTER "a" SET NOT NULL; ALTER TABLE "T" ALTER COLUMN "a" DROP NOT NULL'),
    ).toEqual([
      'schema: ALTER TABLE "T" ADD CONSTRAINT "T_a_not_null" CHECK ("a" IS NOT NULL) NOT VALID',
      'validate: ALTER TABLE ASYNC "T" VALIDATE CONSTRAINT "T_a_not_null"',
      'schema: ALTER TABLE "T" ALTER COLUMN "a" DROP NOT NULL',
      'nullable: ALTER TABLE "T" DROP CONSTRAINT',
      '! notNull',
    ])
  })

  test('another type is refused, with its place', async () => {
    const { refusals } = await planDsql('ALTER TABLE t DROP COLUMN a,\n  ALTER COLUMN "b" SET DATA TYPE text')
    expect(refusals).toMatchObject([{ rule: 'columnType', place: { line: 2, column: 3 } }])
  })

  test('ADD GENERATED gets the declared cache', async () => {
    const sql = 'ALTER TABLE t ALTER a ADD GENERATED BY DEFAULT AS IDENTITY (START 2), ALTER b SET DEFAULT 1'
    expect(await refused(sql)).toEqual(['cache'])
    expect(await planned(sql, { identityCache: 1 })).toEqual([
      'schema: ALTER TABLE t ALTER a ADD GENERATED BY DEFAULT AS IDENTITY (CACHE 1 START 2)',
      'schema: ALTER TABLE t ALTER b SET DEFAULT 1',
      '! identity',
    ])
  })
})

test('parts run in the order of PostgreSQL, which drops first, each at its own place', async () => {
  const { steps } = await planDsql('ALTER TABLE t ADD COLUMN a int NOT NULL,\nDROP COLUMN a')
  expect(steps.map((step) => [step.place.line, 'statements' in step ? step.statements[0] : step.sql])).toEqual([
    [2, 'ALTER TABLE t DROP COLUMN a'],
    [1, 'ALTER TABLE t ADD COLUMN a int'],
    [1, 'ALTER TABLE t ADD CONSTRAINT "t_a_not_null" CHECK (a IS NOT NULL) NOT VALID'],
    [1, 'ALTER TABLE ASYNC t VALIDATE CONSTRAINT "t_a_not_null"'],
  ])
})
