import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { advisoryLock, workUnderAdvisory } from '../../src/lock/advisory.ts'
import type { AdvisoryTicket, Ask } from '../../src/lock/lock.ts'
import { type LockOptions, withLock } from '../../src/lock/wait.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres
let database: string
let clients: pg.Client[] = []

beforeAll(async () => {
  server = await testPostgres()
})
beforeEach(async () => {
  database = await server.createDatabase()
})
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()))
  clients = []
})
afterAll(() => server.stop())

async function session(name = 'a deploy'): Promise<{ client: pg.Client; ask: Ask }> {
  const client = await server.connect({ database, application_name: name })
  clients.push(client)
  const ask: Ask = async (text, values = []) => {
    const types = { getTypeParser: () => (value: string) => value }
    const { rows } = await client.query({ text, values: [...values], rowMode: 'array', types })
    return rows[0]?.[0] ?? undefined
  }
  return { client, ask }
}

const patient = (waits: string[] = []): LockOptions => ({ timeoutMs: 20_000, onWait: (holder) => waits.push(holder) })

/** Ends a session as a kill of its process does, and waits until the server has noticed. */
async function kill(client: pg.Client): Promise<void> {
  const { client: witness } = await session()
  const pid: unknown = Reflect.get(client, 'processID')
  await witness.query('SELECT pg_terminate_backend($1)', [pid])
  while ((await witness.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount) await sleep(5)
}

test('twenty take turns, never two at a time', async () => {
  let [inside, most, turns] = [0, 0, 0]
  const wanting = await Promise.all(Array.from({ length: 20 }, () => session()))
  await Promise.all(
    wanting.map(({ ask, client }) =>
      withLock(advisoryLock(ask), patient(), async () => {
        most = Math.max(most, ++inside)
        turns += 1
        await client.query('SELECT pg_sleep(0.005)')
        inside -= 1
      }),
    ),
  )
  expect({ most, turns }).toEqual({ most: 1, turns: 20 })
})

test('the one who waits is told who holds the lock, and since when it does', async () => {
  const [holder, waiter] = [await session('the first'), await session()]
  const lock = advisoryLock(holder.ask)
  expect(await lock.attempt()).toBeUndefined()
  const { rows } = await holder.client.query("SELECT to_char(now(), 'HH24:MI') AS now")
  const told = await advisoryLock(waiter.ask).attempt()
  expect(told).toMatch(/^the first as postgres from local since \d\d:\d\d:\d\d \w+$/)
  expect(told).toContain(rows[0].now.slice(0, 3))
  await lock.release()
  expect(await advisoryLock(waiter.ask).attempt()).toBeUndefined()
})

test('time is up: who holds it is in the error, and nothing of the lock stays', async () => {
  const [holder, waiter] = [await session('the first'), await session()]
  const lock = advisoryLock(holder.ask)
  await lock.attempt()
  await expect(
    withLock(advisoryLock(waiter.ask), { timeoutMs: 50, onWait: () => {} }, async () => 'never'),
  ).rejects.toMatchObject({
    code: 'PRISMA_IAM_MIGRATE_LOCK',
    message: expect.stringContaining('the first as postgres'),
  })
  await lock.release()
  const { rows } = await holder.client.query("SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'")
  expect(rows).toEqual([{ n: 0 }])
})

test('a signal ends the wait with its own reason', async () => {
  const [holder, waiter] = [await session(), await session()]
  await advisoryLock(holder.ask).attempt()
  const controller = new AbortController()
  const onWait = () => controller.abort(new Error('stopped'))
  const options = { timeoutMs: 20_000, onWait, signal: controller.signal }
  await expect(withLock(advisoryLock(waiter.ask), options, async () => 'never')).rejects.toThrow('stopped')
})

test('a successor waits for the last statement of a deploy whose holder was killed', async () => {
  const [holder, worker, successor] = [await session('holder'), await session('worker'), await session()]
  const lock = advisoryLock(holder.ask)
  await lock.attempt()
  await workUnderAdvisory(worker.ask, lock.ticket() as AdvisoryTicket)
  await kill(holder.client)
  const waits: string[] = []
  let ended = false
  const running = worker.client.query('SELECT pg_sleep(0.7)').then(async () => {
    ended = true
    await worker.client.end()
  })
  await withLock(advisoryLock(successor.ask), patient(waits), async () => expect(ended).toBe(true))
  await running
  expect(waits).toEqual([expect.stringMatching(/^worker as postgres .*a statement of which still runs$/)])
})

test('who comes late to a lock that is gone is sent away and bars nobody', async () => {
  const [holder, late, successor] = [await session(), await session(), await session('successor')]
  const lock = advisoryLock(holder.ask)
  await lock.attempt()
  const ticket = lock.ticket() as AdvisoryTicket
  await kill(holder.client)
  await expect(workUnderAdvisory(late.ask, ticket)).rejects.toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOCK_LOST' })
  expect(await advisoryLock(successor.ask).attempt()).toBeUndefined()
  await expect(workUnderAdvisory(late.ask, ticket)).rejects.toThrow(/successor as postgres/)
})

test('another session that got the same process id is not taken for the holder', async () => {
  const [holder, late] = [await session(), await session()]
  const lock = advisoryLock(holder.ask)
  await lock.attempt()
  const ticket = lock.ticket() as AdvisoryTicket
  await expect(workUnderAdvisory(late.ask, { ...ticket, started: '1.5' })).rejects.toMatchObject({
    code: 'PRISMA_IAM_MIGRATE_LOCK_LOST',
  })
})

test('the lock is that of one database', async () => {
  const [one] = [await session()]
  await advisoryLock(one.ask).attempt()
  database = await server.createDatabase()
  const other = await session()
  expect(await advisoryLock(other.ask).attempt()).toBeUndefined()
})

test('an index is built concurrently while another deploy waits', async () => {
  const [holder, worker, waiter] = [await session(), await session(), await session()]
  const lock = advisoryLock(holder.ask)
  await lock.attempt()
  await workUnderAdvisory(worker.ask, lock.ticket() as AdvisoryTicket)
  const waits: string[] = []
  const next = withLock(advisoryLock(waiter.ask), patient(waits), async () => 'next')
  await expect.poll(() => waits).toHaveLength(1)
  await worker.client.query('CREATE TABLE t (a int)')
  await worker.client.query('CREATE INDEX CONCURRENTLY t_a ON t (a)')
  await worker.client.end()
  await lock.release()
  expect(await next).toBe('next')
})

test.each(['DISCARD ALL', 'SELECT pg_advisory_unlock_all()', 'discard /* everything */ all'])(
  'a deploy that sends %s through the session of its lock holds it before its next statement',
  async (statement) => {
    const [holder, other] = [await session('holder'), await session()]
    const lock = advisoryLock(holder.ask)
    await lock.attempt()
    await lock.check(statement)
    await holder.client.query(statement)
    await lock.check('SELECT 1')
    expect(await advisoryLock(other.ask).attempt()).toMatch(/^holder as postgres from .* since \d\d:\d\d:\d\d/)
    await lock.release()
    expect(await advisoryLock(other.ask).attempt()).toBeUndefined()
  },
)

test('a transaction that gives up all locks of its session keeps the mark to its end, and the session has it again then', async () => {
  const [holder, worker, successor] = [await session(), await session('worker'), await session()]
  const lock = advisoryLock(holder.ask)
  await lock.attempt()
  const check = await workUnderAdvisory(worker.ask, lock.ticket() as AdvisoryTicket)
  const send = async (sql: string) => {
    await check(sql)
    await worker.client.query(sql)
  }
  await send('BEGIN')
  await send('SELECT pg_advisory_unlock_all(); SELECT 1')
  const next = advisoryLock(successor.ask)
  await lock.release()
  expect(await next.attempt()).toMatch(/^worker as postgres/)
  await worker.client.query('ROLLBACK')
  expect(await next.attempt()).toBeUndefined()
  await expect(send('SELECT 1')).rejects.toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOCK_LOST' })
  await expect(send('SELECT 1')).rejects.toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOCK_LOST' })
})

test('a transaction that failed can be ended before the mark is taken again', async () => {
  const [holder, worker] = [await session(), await session('worker')]
  const lock = advisoryLock(holder.ask)
  await lock.attempt()
  const check = await workUnderAdvisory(worker.ask, lock.ticket() as AdvisoryTicket)
  await worker.client.query('BEGIN')
  await check('SELECT pg_advisory_unlock_all()')
  await expect(worker.client.query('SELECT pg_advisory_unlock_all(); SELECT 1/0')).rejects.toThrow('division')
  await check('ROLLBACK')
  await worker.client.query('ROLLBACK')
  await check('SELECT 1')
  await kill(holder.client)
  expect(await advisoryLock((await session()).ask).attempt()).toMatch(/^worker as postgres/)
})
