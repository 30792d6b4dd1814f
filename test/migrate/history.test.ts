import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { assertComplete, readHistory } from '../../src/migrate/history.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres
let client: pg.Client

beforeAll(async () => {
  server = await testPostgres()
})
beforeEach(async () => {
  client = await server.connect({ database: await server.createDatabase() })
})
afterAll(() => server.stop())

const files = [
  { name: '0001_a', sql: 'CREATE TABLE a ();\n' },
  { name: '0002_b', sql: 'CREATE TABLE b ();\n' },
]
const none = { applied: [], pending: [], changed: [], fileless: [], unfinished: [] }
const sum = (text: string) => createHash('sha256').update(text).digest('hex')

/** The columns of Prisma's table that matter here. */
async function write(...rows: [name: string, checksum: string, finished: boolean, rolledBack: boolean][]) {
  await client.query(
    'CREATE TABLE IF NOT EXISTS _prisma_migrations (migration_name text, checksum text, finished_at timestamptz, rolled_back_at timestamptz, logs text)',
  )
  for (const [name, checksum, finished, rolledBack] of rows) {
    await client.query('INSERT INTO _prisma_migrations VALUES ($1, $2, $3, $4, $5)', [
      name,
      checksum,
      finished ? new Date() : null,
      rolledBack ? new Date() : null,
      finished ? null : 'its logs',
    ])
  }
}

test('without a history table nothing was applied', async () => {
  expect(await readHistory(client, files)).toEqual({ ...none, pending: ['0001_a', '0002_b'] })
})

test('a row counts when it is finished and was not rolled back', async () => {
  await write(['0001_a', sum(files[0]?.sql ?? ''), true, false], ['0002_b', sum(files[1]?.sql ?? ''), false, false])
  expect(await readHistory(client, files)).toEqual({
    ...none,
    applied: ['0001_a'],
    pending: ['0002_b'],
    unfinished: [{ name: '0002_b', logs: 'its logs' }],
  })
  await write(['0002_b', sum(files[1]?.sql ?? ''), true, true])
  expect((await readHistory(client, files)).pending).toEqual(['0002_b'])
  await write(['0002_b', sum(files[1]?.sql ?? ''), true, false])
  expect((await readHistory(client, files)).pending).toEqual([])
})

test('a checkout with other line endings is the same file, another content is not', async () => {
  await write(
    ['0001_a', sum('CREATE TABLE a ();\r\n'), true, false],
    ['0002_b', sum('CREATE TABLE c ();\n'), true, false],
  )
  expect(await readHistory(client, files)).toEqual({ ...none, applied: ['0001_a', '0002_b'], changed: ['0002_b'] })
})

test('the table is found through search_path, as the engine finds it', async () => {
  await client.query('CREATE SCHEMA app; SET search_path = app')
  await write(['0001_a', sum(files[0]?.sql ?? ''), true, false])
  expect((await readHistory(client, files)).applied).toEqual(['0001_a'])
})

test('what was applied but has no file is named', async () => {
  await write(['0000_gone', 'x', true, false], ['0001_a', sum(files[0]?.sql ?? ''), true, false])
  const history = await readHistory(client, files)
  expect(history).toMatchObject({ fileless: ['0000_gone'], applied: ['0001_a'], pending: ['0002_b'] })
})

test('a history of somebody else says who should migrate', async () => {
  await write()
  await client.query('DROP ROLE IF EXISTS stranger')
  await client.query('CREATE ROLE stranger; SET ROLE stranger')
  await expect(readHistory(client, files)).rejects.toMatchObject({
    code: 'PRISMA_IAM_MIGRATE_HISTORY',
    message: expect.stringMatching(/permission denied for table _prisma_migrations[\s\S]*admin\.user/),
  })
})

test('what is pending, or was applied now with another content, is not complete', () => {
  expect(() => assertComplete({ ...none, pending: ['b'] }, ['b'])).toThrow(/b is not applied/)
  const changed = { ...none, applied: ['a'], changed: ['a'] }
  expect(() => assertComplete(changed, ['a'])).toThrow(/another content/)
  expect(() => assertComplete(changed, [])).not.toThrow()
})
