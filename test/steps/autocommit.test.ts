import { describe, expect, test } from 'vitest'
import { planAutocommit } from '../../src/steps/autocommit.ts'

const plan = async (script: string) => (await planAutocommit(script)).map(({ place: _place, ...step }) => step)
const schema = (...statements: string[]) => ({ kind: 'schema', statements, touches: [] })

test('each statement is a step, as psql would run it', async () => {
  expect(await plan("CREATE TABLE a (); VACUUM a; ;INSERT INTO a DEFAULT VALUES -- ';'\n")).toEqual([
    schema('CREATE TABLE a ()'),
    { kind: 'bare', sql: 'VACUUM a' },
    schema('INSERT INTO a DEFAULT VALUES'),
  ])
})

test('a step knows its place in the file', async () => {
  const steps = await planAutocommit('VACUUM;\r\n\r\n  BEGIN;\r\n  SELECT 1; COMMIT;')
  expect(steps.map(({ place }) => place)).toEqual([
    { line: 1, column: 1 },
    { line: 4, column: 3 },
  ])
})

describe('a transaction of the file', () => {
  test('is one step, its comments and lines kept', async () => {
    expect(await plan('BEGIN;\n-- one\nSELECT 1;\n-- two\nSELECT 2;\nCOMMIT;')).toEqual([
      schema('SELECT 1;\n-- two\nSELECT 2'),
    ])
  })

  test('keeps its modes', async () => {
    expect(await plan('START TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1; END')).toEqual([
      schema('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'SELECT 1'),
    ])
  })

  test('may be chained to the next', async () => {
    expect(await plan('BEGIN WORK; SELECT 1; COMMIT AND CHAIN; SELECT 2; COMMIT AND NO CHAIN; SELECT 3')).toEqual([
      schema('SELECT 1'),
      schema('SELECT 2'),
      schema('SELECT 3'),
    ])
  })

  test('may have savepoints, and begin twice', async () => {
    expect(await plan('BEGIN; BEGIN; SAVEPOINT s; SELECT 1; ROLLBACK TO s; ROLLBACK WORK TO s; COMMIT')).toEqual([
      schema('SAVEPOINT s; SELECT 1; ROLLBACK TO s; ROLLBACK WORK TO s'),
    ])
  })

  test.each([
    'BEGIN; SELECT 1; ROLLBACK',
    'BEGIN READ ONLY; SELECT 1; COMMIT',
    "BEGIN; SELECT 1; PREPARE TRANSACTION 'x'",
  ])('runs as it stands where the journal cannot share it: %s', async (sql) => {
    expect(await plan(`${sql};`)).toEqual([{ kind: 'bare', sql }])
  })

  test('may be empty', async () => {
    expect(await plan('BEGIN; COMMIT; VACUUM')).toEqual([{ kind: 'bare', sql: 'VACUUM' }])
  })

  test('that never ends is refused, with its line', async () => {
    await expect(planAutocommit('SELECT 1;\nBEGIN;\nSELECT 2;')).rejects.toMatchObject({
      code: 'PRISMA_IAM_STEPS_UNENDED',
      message: expect.stringContaining('line 2'),
    })
  })
})

test.each<[string, object]>([
  ['CREATE INDEX CONCURRENTLY i ON t (a)', { table: { name: 't' }, index: { name: 'i' } }],
  [
    'create unique index concurrently if not exists "I ""x""" on only "S"."T" using btree (a)',
    { table: { schema: 'S', name: 'T' }, index: { name: 'I "x"' } },
  ],
  ['CREATE INDEX CONCURRENTLY ON App.T (a)', { table: { schema: 'app', name: 't' } }],
  // As the server cuts a long name and folds one without quotes.
  [
    `CREATE INDEX CONCURRENTLY "${'ä'.repeat(32)}" ON TÄ (a)`,
    { table: { name: 'tÄ' }, index: { name: 'ä'.repeat(31) } },
  ],
])('an index built outside of transactions is known by table and name: %s', async (sql, names) => {
  expect(await plan(sql)).toEqual([{ kind: 'index', sql, job: false, ...names }])
})

test.each([
  "SET search_path = ''",
  "SELECT pg_catalog.set_config('search_path', '', false)",
  'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
  'RESET ROLE',
  'PREPARE p AS SELECT 1',
])('what the session alone knows is said again in each run: %s', async (sql) => {
  expect(await plan(sql)).toEqual([{ kind: 'session', sql }])
})

test.each([
  'CALL p()',
  'DO $$ BEGIN COMMIT; END $$',
  'REINDEX TABLE a',
  'DROP INDEX CONCURRENTLY i',
  'CREATE DATABASE d',
])('runs by itself: %s', async (sql) => {
  expect(await plan(sql)).toEqual([{ kind: 'bare', sql }])
})
