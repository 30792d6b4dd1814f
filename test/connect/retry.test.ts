import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type LookupFunction } from 'node:net'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IamOptions } from '../../src/config/options.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { type ConnectionRetried, events } from '../../src/events.ts'
import { type Doorkeeper, doorkeeper } from '../support/doorkeeper.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let door: Doorkeeper
let retried: ConnectionRetried[]
const pools: pg.Pool[] = []
const note = (event: unknown) => retried.push(event as ConnectionRetried)

beforeAll(async () => {
  postgres = await testPostgres()
  events.connectionRetried.subscribe(note)
})
afterAll(async () => {
  events.connectionRetried.unsubscribe(note)
  await postgres.stop()
})
beforeEach(async () => {
  retried = []
  door = await doorkeeper(postgres.port)
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
  await door.close()
})

function login(port = door.port) {
  return { host: '127.0.0.1', port, user: postgres.superuser, password: 'loopback', database: 'postgres' }
}

function opened(pool: IamOptions['pool'] = {}, port = door.port, random = Math.random) {
  const made = iamPool({ ...login(port), pool }, { env: {}, random })
  pools.push(made)
  return made
}

const waking = { code: '08006', message: 'unable to accept connection, waking up cluster, please retry later' }
const throttled = { code: '53400', message: 'Unable to accept connection, rate exceeded.' }
const denied = { code: '08006', message: 'unable to accept connection, access denied' }
const failed = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  )

describe('a checkout', () => {
  it('waits for a server that wakes up, starts or throttles', async () => {
    door.next(waking, { code: '57P03', message: 'the database system is starting up' }, throttled)
    await expect(opened().query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(retried.map(({ reason }) => reason)).toEqual(['waking', 'waking', 'throttled'])
    expect(retried.map((event) => event.try)).toEqual([1, 2, 3])
  })

  it('gives up when its time is over, and says for how long it tried and why', async () => {
    door.next(...Array.from({ length: 100 }, () => waking))
    const startedAt = performance.now()
    const error = await failed(opened({ connectionTimeoutMillis: 1000 }).query('SELECT 1'))
    expect(error).toMatchObject({ code: 'PRISMA_IAM_CONNECT_UNAVAILABLE', cause: { code: '08006' } })
    expect(error.message).toMatch(/127\.0\.0\.1 let nobody in \(\d+ tries in \d\.\d s\): unable .* waking up/)
    expect(performance.now() - startedAt).toBeLessThan(1500)
  })

  it('asks once only when it was denied', async () => {
    door.next(denied, denied)
    expect(await failed(opened().query('SELECT 1'))).toMatchObject(denied)
    expect(door.came()).toBe(1)
    expect(retried).toEqual([])
  })

  it('waits for a port at which nobody listens yet', async () => {
    const placeholder = createServer().listen(0, '127.0.0.1')
    await once(placeholder, 'listening')
    const { port } = placeholder.address() as { port: number }
    placeholder.close()
    const query = opened({}, port).query('SELECT 1 AS one')
    await new Promise((resolve) => setTimeout(resolve, 300))
    const late = await doorkeeper(postgres.port, port)
    await expect(query).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(new Set(retried.map(({ reason }) => reason))).toEqual(new Set(['not-listening']))
    await Promise.all(pools.splice(0).map((pool) => pool.end()))
    await late.close()
  })

  it('waits for a resolver that is in trouble, and not for a name that is not there', async () => {
    const answers = ['EAI_AGAIN', 'EAI_AGAIN']
    const lookup: LookupFunction = (host, options, callback) => {
      const code = answers.shift()
      if (code === undefined) dns.lookup(host, options, callback)
      else callback(Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code }), '')
    }
    const pool = iamPool({ ...login(), host: 'localhost' }, { env: {}, lookup })
    pools.push(pool)
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(retried.map(({ reason }) => reason)).toEqual(['no-address', 'no-address'])
    answers.push('ENOTFOUND')
    const second = iamPool({ ...login(), host: 'localhost' }, { env: {}, lookup })
    pools.push(second)
    await expect(second.query('SELECT 1')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it('tells of all addresses of a name at which nobody listens, as a socket’s error', async () => {
    const lookup: LookupFunction = (_host, _options, callback) =>
      callback(null, [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.3', family: 4 },
      ])
    const options = { ...login(), host: 'localhost', port: 1, pool: { connectionTimeoutMillis: 300 } }
    const pool = iamPool(options, { env: {}, lookup })
    pools.push(pool)
    expect(await failed(pool.query('SELECT 1'))).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      message: 'connect ECONNREFUSED 127.0.0.2:1, connect ECONNREFUSED 127.0.0.3:1',
    })
  })

  it('waits for a server that cuts it off before the login, as one does that shuts down', async () => {
    door.next('hang up', 'hang up')
    await expect(opened().query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(retried.map(({ reason }) => reason)).toEqual(['cut', 'cut'])
  })

  it('tells that it was cut off when that does not end', async () => {
    door.next(...Array.from({ length: 100 }, () => 'hang up' as const))
    const error = await failed(opened({ connectionTimeoutMillis: 600 }).query('SELECT 1'))
    expect(error.message).toMatch(/Connection terminated unexpectedly|ECONNRESET/)
  })

  it('tells the socket’s own error when nobody ever listens', async () => {
    const port = door.port
    await door.close()
    const error = await failed(opened({ connectionTimeoutMillis: 600 }, port).query('SELECT 1'))
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    door = await doorkeeper(postgres.port)
  })

  it('is over within the connect timeout when the server says nothing', async () => {
    door.next('silence')
    const startedAt = performance.now()
    const error = await failed(opened({ connectionTimeoutMillis: 300 }).query('SELECT 1'))
    expect(error).toMatchObject({ code: 'PRISMA_IAM_CONNECT_TIMEOUT' })
    expect(error.message).toContain('within 300 ms: TCP was answered, TLS or PostgreSQL behind it was not')
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('is over within the connect timeout when it waits for the second try’s answer', async () => {
    door.next(waking, 'silence')
    const startedAt = performance.now()
    const error = await failed(opened({ connectionTimeoutMillis: 500 }).query('SELECT 1'))
    expect(performance.now() - startedAt).toBeLessThan(900)
    expect(error).toMatchObject({ code: 'PRISMA_IAM_CONNECT_UNAVAILABLE' })
    expect(error.message).toContain('waking up')
  })

  it('leaves a connection that came too late to the pool, and the query undone', async () => {
    door.next(waking, { lateMs: 500 })
    // The second try begins after 200 ms, the longest first wait, and would succeed 100 ms after the end.
    const pool = opened({ connectionTimeoutMillis: 600 }, door.port, () => 1)
    expect(await failed(pool.query('CREATE TABLE too_late ()'))).toMatchObject({
      code: 'PRISMA_IAM_CONNECT_UNAVAILABLE',
    })
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1])
    expect((await pool.query("SELECT to_regclass('too_late') AS made")).rows).toEqual([{ made: null }])
    expect(door.came()).toBe(2)
  })

  it('says that the pool was in use, when that is why nothing came', async () => {
    const pool = opened({ max: 1, connectionTimeoutMillis: 200 })
    const client = await pool.connect()
    const error = await failed(pool.query('SELECT 1'))
    client.release()
    expect(error).toMatchObject({ code: 'PRISMA_IAM_CONNECT_TIMEOUT' })
    expect(error.message).toContain('all connections of the pool were in use')
  })

  it('does not blame a pool that was in use for a server that lets nobody in', async () => {
    door.next('silence', 'silence')
    const pool = opened({ max: 1, connectionTimeoutMillis: 300 })
    const first = failed(pool.query('SELECT 1'))
    const later = await failed(pool.query('SELECT 1'))
    await first
    for (const error of [later, await failed(pool.query('SELECT 1'))])
      expect(error.message).toContain('TCP was answered, TLS or PostgreSQL behind it was not')
    expect((await pool.health()).state).toBe('ok')
  })

  it('waits its turn when more connections are opened at once than the limit allows', async () => {
    const pool = iamPool({ ...login(), pool: { max: 10 }, pacing: { connectionsPerSecond: 20, burst: 4 } }, { env: {} })
    pools.push(pool)
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: 10 }, () => pool.query('SELECT pg_sleep(0.5)')))
    // Six wait for their turn, the last 300 ms.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(790)
    expect(door.came()).toBe(10)
  })

  it('fails at once when its turn would come too late', async () => {
    const pacing = { connectionsPerSecond: 1, burst: 1 }
    const pool = iamPool({ ...login(), pool: { connectionTimeoutMillis: 500 }, pacing }, { env: {} })
    pools.push(pool)
    const [first, second] = await Promise.allSettled([pool.query('SELECT 1'), pool.query('SELECT 1')])
    expect(first?.status).toBe('fulfilled')
    expect(second).toMatchObject({ reason: { code: 'PRISMA_IAM_CONNECT_TIMEOUT' } })
  })
})
