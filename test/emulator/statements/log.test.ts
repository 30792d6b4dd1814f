import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ExecutedStatement } from '../../../src/emulator/index.ts'
import { type Started, started } from '../faults/started.ts'

const log: ExecutedStatement[] = []
let emulator: Started
let client: pg.Client
let session: number
beforeAll(async () => {
  emulator = await started({ service: 'dsql', onStatement: (statement) => void log.push(statement) })
  client = await emulator.connect()
  session = (await client.query('SELECT pg_backend_pid() AS id')).rows[0].id
})
afterAll(() => emulator?.stop())
beforeEach(() => void log.splice(0))

const brief = () =>
  log.map(({ text, outcome }) => [text, outcome === 'unfinished' ? outcome : Object.values(outcome)[0]])

it('tells each statement of a script as written, with its tag, and none behind the one that failed', async () => {
  await client.query('CREATE TABLE a (id int)')
  await client.query(' SELECT 1; CREATE INDEX ASYNC ON a (id) ; TRUNCATE a; SELECT 2').catch(() => {})
  expect(brief()).toEqual([
    ['CREATE TABLE a (id int)', 'CREATE TABLE'],
    ['SELECT 1', 'SELECT 1'],
    ['CREATE INDEX ASYNC ON a (id)', 'CREATE INDEX'],
    ['TRUNCATE a', '0A000'],
  ])
  expect(log[0]).toMatchObject({ session, user: 'admin' })
})

it('tells a prepared statement each time that it is executed, and what failed to parse', async () => {
  const named = { name: 'n', text: 'SELECT $1::int AS n' }
  for (const value of [1, 2]) await client.query(named, [value])
  await client.query('SELECT $1::nonsense', [1]).catch(() => {})
  expect(brief()).toEqual([
    [named.text, 'SELECT 1'],
    [named.text, 'SELECT 1'],
    ['SELECT $1::nonsense', '42704'],
  ])
})

it('times them one after the other within a session', async () => {
  await Promise.all(['SELECT 1', 'SELECT pg_sleep(0.02)', 'SELECT 3'].map((sql) => client.query(sql)))
  const [first, second, third] = log as [ExecutedStatement, ExecutedStatement, ExecutedStatement]
  expect(second.endedMs - second.startedMs).toBeGreaterThan(15)
  expect(second.startedMs).toBeGreaterThanOrEqual(first.endedMs)
  expect(third.startedMs).toBeGreaterThanOrEqual(second.endedMs)
})

it('tells of the one that a lost connection left unfinished', async () => {
  const other = await emulator.connect()
  const query = other.query('SELECT pg_sleep(30)').catch(() => {})
  await expect.poll(async () => (await client.query(running)).rows).toEqual([{ n: 1 }])
  emulator.emulator.faults.reset()
  await query
  await expect.poll(brief).toContainEqual(['SELECT pg_sleep(30)', 'unfinished'])
})

const running = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)'`
