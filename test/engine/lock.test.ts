import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockPatience } from '../../src/engine/lock.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { callEngine, migrations } from './in-process.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await server.stop()
})

test("another deploy's lock is waited for and then told as P1002", async () => {
  const database = await server.createDatabase()
  const holder = await server.connect({ database })
  await holder.query('SELECT pg_advisory_lock(72707369)')
  const { outcome } = await callEngine(server, database, 'applyMigrations', migrations({}), { lockTimeoutMs: 300 })
  expect(outcome).toMatchObject({
    failure: { error_code: 'P1002', message: expect.stringContaining('`db.example:5432` was reached but timed out') },
  })
  expect(outcome).toMatchObject({ failure: { message: expect.stringContaining('Elapsed: 300ms') } })
})

test('the lock is held for the whole session, and its time limit is not', async () => {
  const database = await server.createDatabase()
  const witness = await server.connect({ database })
  const { outcome } = await callEngine(
    server,
    database,
    'applyMigrations',
    migrations({
      '1': 'CREATE TABLE seen AS SELECT mode, current_setting($$lock_timeout$$) AS lock_timeout FROM pg_locks WHERE locktype = $$advisory$$ AND pid = pg_backend_pid()',
    }),
  )
  expect(outcome).toHaveProperty('result')
  expect((await witness.query('SELECT * FROM seen')).rows).toEqual([{ mode: 'ExclusiveLock', lock_timeout: '0' }])
})

test('no lock is taken where the user or the server has none', async () => {
  const database = await server.createDatabase()
  const { outcome, sent } = await callEngine(server, database, 'applyMigrations', migrations({}), {
    lockTimeoutMs: 'off',
  })
  expect(outcome).toHaveProperty('result')
  expect(sent.join()).not.toContain('advisory')
})

test.each<[string | undefined, boolean, number | 'off']>([
  [undefined, true, 10_000],
  ['0', true, 10_000],
  ['1', true, 'off'],
  ['true', true, 'off'],
  [undefined, false, 'off'],
])('PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK=%s and a server with locks %s means %s', (value, hasLocks, expected) => {
  const env = value === undefined ? {} : { PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK: value }
  expect(lockPatience(env, hasLocks)).toBe(expected)
})
