import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type IamPool, iamPool } from '../../src/connect/pool.ts'
import { leaseLock, workUnderLease } from '../../src/lock/lease.ts'
import { leaseRows } from '../../src/lock/lease-rows.ts'
import { type Line, steadyLine } from '../../src/lock/line.ts'
import type { Ask, DeployLock, LeaseTicket } from '../../src/lock/lock.ts'
import { type LockOptions, withLock } from '../../src/lock/wait.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator
let pool: IamPool
let processes: Process[] = []

beforeAll(async () => {
  emulator = await testEmulator({ service: 'dsql' })
  pool = iamPool({ ...emulator.options, user: 'admin', pool: { max: 50 } })
})
afterEach(async () => {
  for (const { thaw } of processes) thaw()
  await Promise.all(processes.map(({ lock }) => lock.release()))
  await Promise.all(processes.map(({ line }) => line.end()))
  processes = []
  await emulator.asSuperuser('DROP TABLE IF EXISTS "_prisma_iam_lease"')
})
afterAll(async () => {
  await pool.end()
  await emulator.stop()
})

async function openLine(): Promise<Line> {
  const client = await pool.connect()
  client.on('error', () => {})
  const ask: Ask = async (text, values = []) => {
    const types = { getTypeParser: () => (value: string) => value }
    const { rows } = await client.query({ text, values: [...values], rowMode: 'array', types })
    return rows[0]?.[0] ?? undefined
  }
  return { ask, end: async () => client.release(true) }
}

/** What it asks gets no answer while it is frozen. */
interface Process {
  lock: DeployLock
  line: Line
  freeze(): void
  thaw(): void
}

function processOf(name: string, leaseMs: number): Process {
  let frozen: Promise<void> = Promise.resolve()
  let thaw = () => {}
  const steady = steadyLine(openLine)
  const line: Line = {
    ask: async (sql, values) => {
      await frozen
      return await steady.ask(sql, values)
    },
    end: () => steady.end(),
  }
  const freeze = () => {
    frozen = new Promise((resolve) => {
      thaw = resolve
    })
  }
  const made = { lock: leaseLock(line, { name, leaseMs }), line, freeze, thaw: () => thaw() }
  processes.push(made)
  return made
}

const patient = (waits: string[] = []): LockOptions => ({ timeoutMs: 30_000, onWait: (holder) => waits.push(holder) })

test('twenty take turns, never two at a time, though none of them finds a table', async () => {
  let [inside, most, turns] = [0, 0, 0]
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      withLock(processOf(`deploy ${index}`, 5000).lock, patient(), async () => {
        most = Math.max(most, ++inside)
        turns += 1
        await sleep(5)
        inside -= 1
      }),
    ),
  )
  expect({ most, turns }).toEqual({ most: 1, turns: 20 })
}, 30_000)

test('the one who waits is told who holds the lock since when', async () => {
  const [holder, waiter] = [processOf('the first as admin', 5000), processOf('the second', 5000)]
  expect(await holder.lock.attempt()).toBeUndefined()
  expect(await waiter.lock.attempt()).toMatch(/^the first as admin since \d\d:\d\d:\d\d UTC$/)
  await holder.lock.release()
  expect(await waiter.lock.attempt()).toBeUndefined()
})

test('a lease is kept for as long as its holder lives', async () => {
  const [holder, waiter] = [processOf('the first', 300), processOf('the second', 300)]
  await holder.lock.attempt()
  for (let look = 0; look < 8; look += 1) {
    await sleep(100)
    expect(await waiter.lock.attempt()).toContain('the first')
  }
  await expect(holder.lock.check()).resolves.toBeUndefined()
})

test('a holder that is frozen loses it when its lease has run out, and sends nothing when it wakes up', async () => {
  const [holder, successor] = [processOf('the first', 600), processOf('the second', 5000)]
  await holder.lock.attempt()
  holder.freeze()
  const startedAt = performance.now()
  await withLock(successor.lock, patient(), async () => {
    expect(performance.now() - startedAt).toBeGreaterThan(350)
    holder.thaw()
    await expect(holder.lock.check()).rejects.toMatchObject({
      code: 'PRISMA_IAM_MIGRATE_LOCK_LOST',
      message: expect.stringContaining('the second since'),
    })
    await holder.lock.release()
    await expect(successor.lock.check()).resolves.toBeUndefined()
  })
  await expect(holder.lock.check()).rejects.toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOCK_LOST' })
})

test('a holder that was frozen while nobody else came goes on', async () => {
  const holder = processOf('the first', 300)
  await holder.lock.attempt()
  holder.freeze()
  await sleep(500)
  holder.thaw()
  await expect(holder.lock.check()).resolves.toBeUndefined()
})

test('a successor waits for a statement that outlives the deploy that sent it', async () => {
  const [holder, engine, successor] = [processOf('wrapper', 400), processOf('', 0), processOf('the next', 5000)]
  await holder.lock.attempt()
  const work = await workUnderLease(engine.line, holder.lock.ticket() as LeaseTicket, 'engine')
  await expect(work.check()).resolves.toBeUndefined()
  holder.freeze()
  const waits: string[] = []
  let ended = false
  const running = sleep(1500).then(async () => {
    ended = true
    await expect(work.check()).rejects.toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOCK_LOST' })
    await work.release()
  })
  await withLock(successor.lock, patient(waits), async () => expect(ended).toBe(true))
  await running
  expect(waits.at(-1)).toMatch(/^engine since .*, a statement of which may still run$/)
})

test('who comes late to a lease that is gone is sent away and bars nobody', async () => {
  const [holder, late, successor] = [processOf('wrapper', 5000), processOf('', 0), processOf('the next', 5000)]
  await holder.lock.attempt()
  const ticket = holder.lock.ticket() as LeaseTicket
  await holder.lock.release()
  await expect(workUnderLease(late.line, ticket, 'engine')).rejects.toMatchObject({
    code: 'PRISMA_IAM_MIGRATE_LOCK_LOST',
  })
  expect(await successor.lock.attempt()).toBeUndefined()
})

test('whoever deploys waits for the end of what works under its own lease', async () => {
  const [holder, engine] = [processOf('wrapper', 5000), processOf('', 0)]
  await holder.lock.attempt()
  const work = await workUnderLease(engine.line, { ...(holder.lock.ticket() as LeaseTicket), leaseMs: 700 }, 'engine')
  engine.freeze()
  const startedAt = performance.now()
  await holder.lock.quiet()
  expect(performance.now() - startedAt).toBeGreaterThan(400)
  expect(work).toBeDefined()
})

test('a session that the server ends does not end the lease', async () => {
  const [holder, waiter] = [processOf('the first', 600), processOf('the second', 600)]
  await holder.lock.attempt()
  await emulator.asSuperuser(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'admin' AND pid <> pg_backend_pid()",
  )
  await sleep(900)
  expect(await waiter.lock.attempt()).toContain('the first')
  await expect(holder.lock.check()).resolves.toBeUndefined()
})

test('a conflict is no answer: the statement is sent again', async () => {
  const answers: (Error | string)[] = [conflict('40001'), conflict('OC001'), '1']
  const rows = leaseRows(
    async () => {
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer
    },
    () => 0,
  )
  expect(await rows.renew('deploy', { id: 'me', name: 'me', leaseMs: 1000 })).toBe(true)
  expect(answers).toEqual([])
})

function conflict(code: string): Error {
  return Object.assign(new Error('change conflicts with another transaction'), { code, severity: 'ERROR' })
}
