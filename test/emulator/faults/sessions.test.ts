import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testPostgres } from '../../support/postgres.ts'
import { refusalOf } from '../clients.ts'
import { fatalOf, type Started, started } from './started.ts'

let rds: Started
beforeAll(async () => {
  rds = await started({ service: 'rds' })
})
afterEach(() => rds.emulator.faults.clear())
afterAll(() => rds.stop())

test('a restart ends every session with 57P01, refuses the port while it is down, and keeps the data', async () => {
  const { faults } = rds.emulator
  const idle = await rds.connect()
  const busy = await rds.connect()
  await idle.query('INSERT INTO t VALUES (1)')
  const told = fatalOf(idle)
  const asleep = busy.query('SELECT pg_sleep(60)').catch((error) => error)
  await sleep(50)
  const restarted = faults.restart({ downMs: 300 })
  expect([await told, await asleep]).toMatchObject([{ code: '57P01' }, { code: '57P01' }])
  expect(await refusalOf(rds.connect())).toMatchObject({ code: 'ECONNREFUSED' })
  await restarted
  const after = await rds.connect()
  expect((await after.query('SELECT n FROM t')).rows).toEqual([{ n: 1 }])
})

test('a server that starts behind an open port says 57P03 until it has started', async () => {
  const restarted = rds.emulator.faults.restart({ downMs: 300, meanwhile: 'starting' })
  const message = 'the database system is starting up'
  expect(await refusalOf(rds.connect())).toEqual({ code: '57P03', message })
  await restarted
  await (await rds.connect()).query('SELECT 1')
})

test("killed backends are one user's or everyone's, and each session is told 57P01", async () => {
  const { faults } = rds.emulator
  const master = await rds.connect()
  const app = await rds.connect({ user: 'app' })
  const toldApp = fatalOf(app)
  expect(await faults.killBackends('app')).toBe(1)
  expect(await toldApp).toMatchObject({ code: '57P01' })
  await master.query('SELECT 1')
  const toldMaster = fatalOf(master)
  expect(await faults.killBackends()).toBeGreaterThanOrEqual(1)
  expect(await toldMaster).toMatchObject({ code: '57P01' })
})

test('a frozen session neither answers nor ends, and goes on after a thaw', async () => {
  const { faults } = rds.emulator
  const client = await rds.connect()
  let ended = false
  client.once('end', () => (ended = true))
  faults.freeze()
  const answer = client.query('SELECT 7 AS n')
  expect(await Promise.race([answer, sleep(200, 'no answer')])).toBe('no answer')
  expect(ended).toBe(false)
  faults.thaw()
  expect((await answer).rows).toEqual([{ n: 7 }])
})

test('an answer that is on its way when the freeze comes does not arrive either', async () => {
  const { faults } = rds.emulator
  const client = await rds.connect()
  const answer = client.query('SELECT pg_sleep(0.1)')
  await sleep(30)
  faults.freeze()
  expect(await Promise.race([answer, sleep(300, 'no answer')])).toBe('no answer')
  faults.thaw()
  await answer
})

test('a frozen server takes connections and says nothing, so only a timeout of the client ends the wait', async () => {
  rds.emulator.faults.freeze()
  const started = performance.now()
  const refusal = await refusalOf(rds.connect({ config: { connectionTimeoutMillis: 200 } }))
  expect(refusal.message).toMatch(/timeout/)
  expect(performance.now() - started).toBeGreaterThanOrEqual(190)
})

test('where the connected alone are frozen, newcomers are served', async () => {
  const { faults } = rds.emulator
  const old = await rds.connect()
  faults.freeze('connected')
  const answer = old.query('SELECT 1')
  await (await rds.connect()).query('SELECT 1')
  expect(await Promise.race([answer, sleep(50, 'no answer')])).toBe('no answer')
  faults.thaw()
  await answer
})

test('a reset breaks idle and busy connections, frozen ones too', async () => {
  const { faults } = rds.emulator
  const idle = await rds.connect()
  const busy = await rds.connect()
  faults.freeze()
  const running = busy.query('SELECT 1').catch((error) => error)
  const told = fatalOf(idle)
  expect(faults.reset()).toBeGreaterThanOrEqual(2)
  expect(await told).toMatchObject({ code: 'ECONNRESET' })
  expect(await running).toMatchObject({ code: 'ECONNRESET' })
  faults.thaw()
  await (await rds.connect()).query('SELECT 1')
})

test('a server that is not its own is not restarted, and the door stays open; its sessions can be killed', async () => {
  const server = await testPostgres()
  const foreign = await started({ service: 'rds', upstream: server.url })
  try {
    await expect(foreign.emulator.faults.restart()).rejects.toThrow('cannot be restarted')
    const app = await foreign.connect({ user: 'app' })
    const told = fatalOf(app)
    expect(await foreign.emulator.faults.killBackends('app')).toBe(1)
    expect(await told).toMatchObject({ code: '57P01' })
  } finally {
    await foreign.stop()
    await server.stop()
  }
})
