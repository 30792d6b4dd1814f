import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { IamOptions } from '../../src/config/options.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { type ConnectionOpened, type ConnectionRetired, events } from '../../src/events.ts'
import { type Doorkeeper, doorkeeper } from '../support/doorkeeper.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { startLoad } from '../support/load.ts'

let emulator: TestEmulator
let door: Doorkeeper
let ahead = 0
const clock = () => Date.now() + ahead
const pools: pg.Pool[] = []
const retired: ConnectionRetired[] = []
const opened: ConnectionOpened[] = []
const noteRetired = (event: unknown) => retired.push(event as ConnectionRetired)
const noteOpened = (event: unknown) => opened.push(event as ConnectionOpened)

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop', clock: () => new Date(clock()) })
  door = await doorkeeper(emulator.port)
  events.connectionRetired.subscribe(noteRetired)
  events.connectionOpened.subscribe(noteOpened)
})
afterAll(async () => {
  events.connectionRetired.unsubscribe(noteRetired)
  events.connectionOpened.unsubscribe(noteOpened)
  await door.close()
  await emulator.stop()
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
  retired.length = opened.length = ahead = 0
})

function behindDoor(pool: IamOptions['pool'] = {}, options: IamOptions = {}) {
  const made = iamPool({ ...emulator.options, port: door.port, pool, ...options }, { env: {} })
  pools.push(made)
  return made
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const killAll = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"
const one = { rows: [{ one: 1 }] }

/** How many of the queries of a while failed, `concurrency` at a time. */
async function countFailures(pool: pg.Pool, forMs: number, concurrency: number): Promise<number> {
  const end = performance.now() + forMs
  let failures = 0
  const work = async () => {
    while (performance.now() < end) await pool.query('SELECT 1').catch(() => (failures += 1))
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return failures
}

describe('a pool', () => {
  it('goes on after its backends were killed: only queries that ran then fail', async () => {
    const pool = behindDoor({ max: 4 })
    const load = startLoad(() => pool.query('SELECT 1'), 4, 0)
    await load.more(20)
    await emulator.asSuperuser(killAll)
    await load.more(40)
    expect((await load.stop()).length).toBeLessThanOrEqual(4)
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject(one)
    expect(retired.filter(({ reason, code }) => reason === 'error' && code === '57P01').length).toBeGreaterThan(0)
  })

  it('loses no query when its idle connections are killed', async () => {
    const pool = behindDoor({ max: 4 })
    await Promise.all(Array.from({ length: 4 }, () => pool.query('SELECT pg_sleep(0.05)')))
    await emulator.asSuperuser(killAll)
    await pause(50)
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject(one)
    expect(opened).toHaveLength(5)
  })

  it('survives the death of a connection between two queries of its user, who listens to no event', async () => {
    const pool = behindDoor()
    const client = await pool.connect()
    await emulator.asSuperuser(killAll)
    await pause(50)
    await expect(client.query('SELECT 1')).rejects.toThrow()
    client.release()
    expect(pool.totalCount).toBe(0)
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject(one)
  })

  it('goes on after a restart of the server: only queries that ran then fail', async () => {
    const pool = behindDoor({ max: 4 })
    const counting = countFailures(pool, 1500, 4)
    await pause(200)
    const { port } = door
    await door.close()
    await pause(500)
    door = await doorkeeper(emulator.port, port)
    expect(await counting).toBeLessThanOrEqual(4)
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject(one)
  })

  it('gets over half-open sockets within its query timeout', async () => {
    const pool = behindDoor({ max: 2, query_timeout: 200 })
    await pool.query('SELECT 1')
    door.freeze()
    const startedAt = performance.now()
    await expect(pool.query('SELECT 1')).rejects.toThrow('timeout')
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject(one)
    expect(performance.now() - startedAt).toBeLessThan(1500)
  })

  it('keeps going while a provider fails for a while: the last good token is used meanwhile', async () => {
    const { accessKeyId, secretAccessKey } = emulator
    let asked = 0
    const credentials = async () => {
      asked += 1
      if (asked > 1 && ahead < 14 * 60_000) throw new Error('no session for now')
      return { accessKeyId, secretAccessKey }
    }
    const failed: unknown[] = []
    const note = (event: unknown) => failed.push(event)
    events.tokenRenewalFailed.subscribe(note)
    const pool = iamPool({ ...emulator.options, credentials, pool: { maxUses: 1 } }, { env: {}, clock })
    pools.push(pool)
    for (; ahead < 30 * 60_000; ahead += 60_000) await pool.query('SELECT 1')
    events.tokenRenewalFailed.unsubscribe(note)
    expect(failed.length).toBeGreaterThan(2)
    expect(asked).toBeGreaterThan(3)
  })

  it('loses no query while sessions of six minutes end and a provider renews them', async () => {
    const { accessKeyId, secretAccessKey } = emulator
    let sessions = 0
    const credentials = async () => {
      sessions += 1
      return { accessKeyId, secretAccessKey, expiration: new Date(clock() + 6 * 60_000) }
    }
    const pool = iamPool({ ...emulator.options, credentials, pool: { maxUses: 1 } }, { env: {}, clock })
    pools.push(pool)
    for (; ahead < 60 * 60_000; ahead += 60_000) await pool.query('SELECT 1')
    expect(sessions).toBeGreaterThanOrEqual(10)
  })

  it('loses no query after a freeze in which the server has closed what was idle, and the news has not come yet', async () => {
    const pool = iamPool(
      { ...emulator.options, port: door.port, pool: { max: 3, query_timeout: 500 } },
      { env: {}, clock },
    )
    pools.push(pool)
    await Promise.all(Array.from({ length: 3 }, () => pool.query('SELECT pg_sleep(0.05)')))
    ahead += 20 * 60_000
    door.freeze()
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject(one)
    expect(pool.totalCount).toBe(1)
    expect(retired.map(({ reason }) => reason)).toEqual(['idle', 'idle', 'idle'])
  })

  it('retires connections at their age, without a failed query and not all at once', async () => {
    const randoms = Array.from({ length: 40 }, (_, n) => (n % 10) / 10)
    const pool = iamPool(
      { ...emulator.options, pool: { max: 4, maxLifetimeSeconds: 0.5 } },
      { env: {}, random: () => randoms.shift() ?? 0 },
    )
    pools.push(pool)
    expect(await countFailures(pool, 1600, 4)).toBe(0)
    expect(opened.length).toBeGreaterThanOrEqual(8)
    expect(retired.every(({ reason }) => reason === 'idle')).toBe(true)
  })
})
