import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keepBooks } from '../../src/engine/bookkeeping.ts'
import { openSession } from '../../src/engine/session.ts'
import { stepEdges } from '../../src/engine/step-edges.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { callEngine, migrations } from './in-process.ts'

let server: TestPostgres
let database: string

beforeAll(async () => {
  server = await testPostgres({ settings: { wal_level: 'logical' } })
})
beforeEach(async () => {
  database = await server.createDatabase()
})
afterAll(async () => {
  await server.stop()
})

const apply = (files: Record<string, string>) => callEngine(server, database, 'applyMigrations', migrations(files))

async function query(sql: string): Promise<unknown[]> {
  const client = await server.connect({ database })
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

test('a file and its row are one transaction', async () => {
  const { sent } = await apply({ '1': 'CREATE TABLE a ()' })
  expect(sent.slice(-8)).toEqual([
    expect.stringContaining('search_path'),
    'BEGIN',
    'CREATE TABLE a ()',
    expect.stringMatching(/^SET CONSTRAINTS ALL IMMEDIATE; .*RESET ROLE; RESET ALL; .*search_path/),
    expect.stringMatching(/^INSERT INTO "_prisma_migrations"/),
    expect.stringMatching(/^UPDATE .* "applied_steps_count"/),
    expect.stringMatching(/^UPDATE .* "finished_at"/),
    'COMMIT',
  ])
})

describe('a file that fails', () => {
  const failing = { '1_ok': 'CREATE TABLE a ()', '2_fails': 'CREATE TABLE b ();\n\nCREATE TABLE "ä😀" (id nothing);' }

  test('is told as Prisma tells it, with the place in the file', async () => {
    const { outcome } = await apply(failing)
    expect(outcome).toMatchObject({ failure: { error_code: 'P3018', is_panic: false } })
    const { message } = (outcome as { failure: { message: string } }).failure
    expect(message).toContain('Migration name: 2_fails\n\nDatabase error code: 42704\n\n')
    expect(message).toContain('ERROR: type "nothing" does not exist (SQLSTATE 42704)')
    expect(message).toMatch(/Position:\n {2}1 CREATE TABLE b \(\);\n {2}2\n {2}3 CREATE TABLE "ä😀" \(id nothing\);\n$/)
  })

  test.each([
    ['CREATE TABLE c ();\n\\restrict secret\nCREATE TABLE d ();', /`\\restrict` is a command of psql.*pg_dump/],
    ['CREATE TABLE c (n int);\nCOPY c FROM stdin;\n1\n\\.\n', /COPY … FROM stdin gets its rows from psql/],
  ])('is told what only psql understands: %j', async (sql, advice) => {
    const { outcome } = await apply({ '1': sql })
    expect(outcome).toMatchObject({ failure: { error_code: 'P3018', message: expect.stringMatching(advice) } })
  })

  test('leaves nothing but the failed row with its reason', async () => {
    await apply(failing)
    expect(await query("SELECT to_regclass('b') AS b")).toEqual([{ b: null }])
    expect(
      await query(
        'SELECT migration_name AS name, finished_at IS NULL AS failed, logs FROM _prisma_migrations ORDER BY 1',
      ),
    ).toEqual([
      { name: '1_ok', failed: false, logs: null },
      {
        name: '2_fails',
        failed: true,
        logs: expect.stringMatching(/type "nothing" does not exist(.|\n)*apply_script/),
      },
    ])
  })

  test('stops the next deploy until it is resolved', async () => {
    await apply(failing)
    expect((await apply(failing)).outcome).toMatchObject({ failure: { error_code: 'P3009' } })
    await callEngine(server, database, 'markMigrationRolledBack', { migrationName: '2_fails' })
    const mended = { ...failing, '2_fails': 'CREATE TABLE b ()' }
    expect((await apply(mended)).outcome).toEqual({ result: { appliedMigrationNames: ['2_fails'] } })
  })

  test('can be resolved as applied', async () => {
    await apply(failing)
    await callEngine(server, database, 'markMigrationApplied', { ...migrations(failing), migrationName: '2_fails' })
    expect((await apply(failing)).outcome).toEqual({ result: { appliedMigrationNames: [] } })
  })

  test('may fail as late as at a deferred constraint', async () => {
    const deferred =
      'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED); INSERT INTO b VALUES (1);'
    const { outcome } = await apply({ '1': deferred })
    expect(outcome).toMatchObject({ failure: { error_code: 'P3018', message: expect.stringContaining('23503') } })
    expect(await query("SELECT to_regclass('b') AS b")).toEqual([{ b: null }])
  })

  test('may have opened a transaction of its own', async () => {
    const { outcome, sent } = await apply({ '1': 'BEGIN;\nCREATE TABLE a ();\nSELECT 1/0;\nCOMMIT;' })
    expect(outcome).toMatchObject({ failure: { error_code: 'P3018' } })
    expect(sent).toContain('ROLLBACK')
    expect(await query('SELECT logs LIKE $$%division by zero%$$ AS told FROM _prisma_migrations')).toEqual([
      { told: true },
    ])
  })
})

test('files that cannot share a transaction run in steps', async () => {
  const { outcome } = await apply({
    '1': 'CREATE TABLE a (id int)',
    '2': 'CREATE INDEX CONCURRENTLY a_id ON a (id)',
    '3': 'BEGIN; ALTER TABLE a ADD b int; COMMIT;',
    '4': 'DO $$ BEGIN ALTER TABLE a ADD c int; COMMIT; END $$',
  })
  expect(outcome).toEqual({ result: { appliedMigrationNames: ['1', '2', '3', '4'] } })
  expect(
    await query(
      "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0",
    ),
  ).toEqual([{ string_agg: 'id b c' }])
})

test('a file may change its session for itself only', async () => {
  const files = {
    '1': "CREATE ROLE small; SET ROLE small; SELECT pg_catalog.set_config('search_path', '', false);",
    '2': 'SET default_transaction_read_only = on',
    '3': 'CREATE TABLE a (); SET SESSION AUTHORIZATION small',
    '4': 'CREATE TEMP TABLE t (); PREPARE p AS SELECT 1; SET statement_timeout = 1',
    '5': "SELECT pg_sleep(0.01); CREATE TEMP TABLE t (); PREPARE p AS SELECT 1; SET TimeZone = 'Asia/Tokyo'",
    '6': "CREATE TABLE b AS SELECT current_setting('TimeZone') AS zone",
  }
  const { outcome } = await apply(files)
  expect(outcome).toEqual({ result: { appliedMigrationNames: Object.keys(files) } })
  const [{ zone }] = (await query('SELECT zone FROM b')) as [{ zone: string }]
  expect(zone).not.toBe('Asia/Tokyo')
})

test('a file may do what is refused where something has been written', async () => {
  const slot = "SELECT pg_create_logical_replication_slot('changes', 'pgoutput')"
  const { outcome } = await apply({ '1': slot, '2': "SELECT pg_drop_replication_slot('changes')" })
  expect(outcome).toEqual({ result: { appliedMigrationNames: ['1', '2'] } })
})

test('a script that is no migration runs in steps, too, and leaves no journal', async () => {
  const client = await server.connect({ database })
  const kept = keepBooks(openSession(client), { transactionalDdl: true }, stepEdges())
  await kept.script(
    'CREATE TABLE a (n int); CREATE INDEX CONCURRENTLY i ON a (n); VACUUM a; BEGIN; DROP INDEX i; COMMIT',
  )
  expect(
    await query("SELECT to_regclass('a')::text AS a, to_regclass('i') AS i, to_regclass('_prisma_iam_steps') AS s"),
  ).toEqual([{ a: 'a', i: null, s: null }])
  await expect(kept.script('VACUUM a; CREATE TABLE a ()')).rejects.toMatchObject({ code: '42P07' })
  // So that a history is replayed on a shadow database as it is deployed.
  await kept.script("SELECT pg_catalog.set_config('search_path', '', false)")
  await kept.script('CREATE TABLE b ()')
})
