import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { IamOptions } from '../../src/config/options.ts'
import { ailmentOf } from '../../src/connect/health.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { type Doorkeeper, doorkeeper } from '../support/doorkeeper.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator
let door: Doorkeeper
const pools: pg.Pool[] = []

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop' })
  door = await doorkeeper(emulator.port)
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})
afterAll(async () => {
  await door.close()
  await emulator.stop()
})

function opened(options: IamOptions = {}) {
  const pool = iamPool({ ...emulator.options, ...options }, { env: {} })
  pools.push(pool)
  return pool
}

function behindDoor(treatment: 'silence' | 'hang up'): IamOptions {
  // Who is hung up on tries again.
  door.next(...Array.from({ length: treatment === 'hang up' ? 20 : 1 }, () => treatment))
  return { port: door.port, pool: brief }
}

const brief = { connectionTimeoutMillis: 300 }

describe('the health of a pool', () => {
  it('is ok when a query works, and opens no connection where one is idle', async () => {
    const pool = opened()
    emulator.forget()
    expect(await pool.health()).toMatchObject({ state: 'ok', tookMs: expect.any(Number) })
    expect(await pool.health()).toMatchObject({ state: 'ok' })
    expect(emulator.logins()).toHaveLength(1)
  })

  it.each<[string, () => IamOptions]>([
    ['misconfigured', () => ({ region: 'nowhere' })],
    ['no-credentials', () => ({ credentials: async () => Promise.reject(new Error('no session')) })],
    ['no-credentials', () => ({ credentials: () => new Promise(() => undefined), pool: brief })],
    ['token-refused', () => ({ credentials: { accessKeyId: 'AKIAWRONG', secretAccessKey: 'wrong' } })],
    ['password-refused', () => ({ password: 'wrong' })],
    ['tls-refused', () => ({ signHost: 'other.cluster-c1a2b3.eu-west-1.rds.amazonaws.com' })],
    ['unreachable', () => ({ port: 1, pool: brief })],
    ['unreachable', () => ({ host: 'no-such-host.invalid' })],
    ['unreachable', () => behindDoor('silence')],
    ['unreachable', () => behindDoor('hang up')],
    ['failed', () => ({ database: 'absent' })],
  ])('is %s: %#', async (state, options) => {
    const health = await opened(options()).health()
    expect(health.state).toBe(state)
    expect(health).toHaveProperty('error')
  })

  it('is busy when nothing is free', async () => {
    const pool = opened({ pool: { max: 1, connectionTimeoutMillis: 100 } })
    await pool.query('SELECT 1')
    const client = await pool.connect()
    expect((await pool.health()).state).toBe('busy')
    client.release()
  })

  it.each([
    ['waking-up', '08006', 'unable to accept connection, waking up cluster, please retry later'],
    ['waking-up', '57P03', 'the database system is starting up'],
    ['busy', '53400', 'Unable to accept connection, rate exceeded.'],
    ['busy', '53300', 'sorry, too many clients already'],
    ['unreachable', '08006', 'server closed'],
  ])('is %s after %s', (state, code, message) => {
    const error = Object.assign(new Error(message), { code, severity: 'FATAL' })
    expect(ailmentOf(error, undefined)).toBe(state)
  })
})
