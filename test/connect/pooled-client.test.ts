import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IamOptions } from '../../src/config/options.ts'
import { open } from '../../src/connect/open.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let writer: TestEmulator
let reader: TestEmulator
const pools: pg.Pool[] = []
const directories: string[] = []

beforeAll(async () => {
  writer = await testEmulator({ service: 'rds', database: 'shop' })
  reader = await testEmulator({ service: 'rds', signHost: 'shop.cluster-ro-c1q2w3e4r5t6.eu-west-1.rds.amazonaws.com' })
  for (const { asSuperuser } of [writer, reader]) {
    await asSuperuser(
      'CREATE TABLE thing (id int PRIMARY KEY); GRANT ALL ON thing TO app; INSERT INTO thing VALUES (1)',
    )
  }
})
afterAll(async () => {
  await writer.stop()
  await reader.stop()
  for (const directory of directories) rmSync(directory, { recursive: true })
})
beforeEach(() => {
  writer.forget()
  reader.forget()
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})

function opened(emulator: TestEmulator, pool: IamOptions['pool'] = {}): pg.Pool {
  const made = iamPool({ ...emulator.options, pool }, { env: {} })
  pools.push(made)
  return made
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  )
const pidOf = async (pool: pg.Pool | pg.PoolClient) =>
  (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid

describe('a connection of the pool', () => {
  it('outlives 1,000 unique violations', async () => {
    const pool = opened(writer)
    for (let time = 0; time < 1000; time += 1)
      expect(await codeOf(pool.query('INSERT INTO thing VALUES (1)'))).toBe('23505')
    expect(writer.logins()).toHaveLength(1)
  })

  it('outlives unique violations of many at once', async () => {
    const pool = opened(writer, { max: 4 })
    await Promise.all(Array.from({ length: 200 }, () => codeOf(pool.query('INSERT INTO thing VALUES (1)'))))
    expect(writer.logins()).toHaveLength(4)
  })

  it('outlives an error inside a transaction that is rolled back, given back with the error or without', async () => {
    const pool = opened(writer)
    for (const withError of [true, false]) {
      const client = await pool.connect()
      await client.query('BEGIN')
      const error = await client.query('INSERT INTO thing VALUES (1)').catch((reason: Error) => reason)
      await client.query('ROLLBACK')
      client.release(withError ? (error as Error) : undefined)
    }
    await pool.query('SELECT 1')
    expect(writer.logins()).toHaveLength(1)
  })

  it.each(['query', 'callback', 'checkout'])('never hands the next user an open transaction (%s)', async (way) => {
    const pool = opened(writer, { max: 1 })
    const poison = 'BEGIN; SELECT 1/0'
    if (way === 'query') expect(await codeOf(pool.query(poison))).toBe('22012')
    if (way === 'callback') await new Promise<void>((done) => pool.query(poison, () => done()))
    if (way === 'checkout') {
      const client = await pool.connect()
      await client.query(poison).catch((error: Error) => client.release(error))
    }
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(writer.logins()).toHaveLength(2)
  })

  it('never hands the next user a transaction that was forgotten', async () => {
    const pool = opened(writer, { max: 1 })
    const client = await pool.connect()
    await client.query('BEGIN')
    client.release()
    const { rows } = await pool.query(
      'SELECT pg_current_xact_id_if_assigned() AS xid, now() = statement_timestamp() AS own',
    )
    expect(rows).toEqual([{ xid: null, own: true }])
    expect(writer.logins()).toHaveLength(2)
  })

  it('goes back only when the query that its user did not await has ended', async () => {
    const pool = opened(writer, { max: 1 })
    const client = await pool.connect()
    const slow = client.query('SELECT pg_sleep(0.1), 1 AS slow')
    client.release()
    const next = pool.query('SELECT 2 AS fast')
    expect((await slow).rows).toMatchObject([{ slow: 1 }])
    expect((await next).rows).toEqual([{ fast: 2 }])
    expect(writer.logins()).toHaveLength(1)
  })

  it('ends, and the process does not, when the server dies between a failed query and the ready session', async () => {
    const pool = opened(writer, { max: 1 })
    const client = await pool.connect()
    const slow = client.query('SELECT pg_sleep(10)').catch((error: unknown) => error)
    client.release()
    await writer.asSuperuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
    expect(await slow).toMatchObject({ code: '57P01' })
    await expect(pool.query('SELECT 1')).resolves.toBeDefined()
  })

  it('ends when it is given back with true, and when a query timed out on the client', async () => {
    const pool = opened(writer, { max: 1, query_timeout: 100 })
    const client = await pool.connect()
    client.release(true)
    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toThrow('Query read timeout')
    await pool.query('SELECT 1')
    expect(writer.logins()).toHaveLength(3)
  })

  it('ends when it is given back without a word while a query runs that timed out, as in a dead socket', async () => {
    const pool = opened(writer, { max: 1, query_timeout: 100 })
    const client = await pool.connect()
    await expect(client.query('SELECT pg_sleep(5)')).rejects.toThrow('Query read timeout')
    client.release()
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(writer.logins()).toHaveLength(2)
  })

  it('does not keep the process alive for a server that answers no goodbye', async () => {
    const pool = opened(writer)
    await pool.query('SELECT 1')
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const before = sockets()
    writer.faults.freeze('connected')
    await pool.end()
    pools.pop()
    await expect.poll(sockets, { timeout: 5_000 }).toBeLessThan(before)
    writer.faults.clear()
  })

  it('can be given back in the very callback that brings it', async () => {
    const pool = opened(writer, { max: 1 })
    await new Promise<void>((resolve) => {
      pool.connect((_error, _client, release) => {
        release()
        resolve()
      })
    })
    expect(pool.idleCount).toBe(1)
    await pool.query('SELECT 1')
    expect(writer.logins()).toHaveLength(1)
  })

  it('is given back once only', async () => {
    const client = await opened(writer).connect()
    client.release()
    expect(() => client.release()).toThrow('already been released')
  })

  it('ends with its idle siblings when the writer has become read-only', async () => {
    const pool = opened(writer, { max: 4 })
    const reported: Error[] = []
    pool.on('error', (error) => reported.push(error))
    const clients = await Promise.all(Array.from({ length: 4 }, () => pool.connect()))
    const [demoted, ...others] = clients
    const busy = others.pop()
    for (const client of others) client.release()
    await demoted?.query('SET default_transaction_read_only = on')
    expect(await codeOf(demoted?.query('INSERT INTO thing VALUES (2)') ?? Promise.resolve())).toBe('25006')
    // As Prisma does it: without the error.
    demoted?.release()
    expect(pool.totalCount).toBe(1)
    busy?.release()
    expect(pool.totalCount).toBe(0)
    expect(reported.map((error) => (error as { code?: string }).code)).toEqual(['25006', '25006'])
    await expect(pool.query('INSERT INTO thing VALUES (2)')).resolves.toBeDefined()
    expect(writer.logins()).toHaveLength(5)
  })

  it('stays after a stray write to a reader', async () => {
    const pool = opened(reader)
    const pid = await pidOf(pool)
    await pool.query('SET default_transaction_read_only = on')
    expect(await codeOf(pool.query('INSERT INTO thing VALUES (2)'))).toBe('25006')
    expect(await pidOf(pool)).toBe(pid)
    expect(reader.logins()).toHaveLength(1)
  })

  it('behaves so in a pool of another copy of pg, too', async () => {
    const { Pool } = copyOfPg()
    const { pool: settings } = await open(writer.options, { env: {} })
    const pool = new Pool({ ...settings, max: 1 })
    pools.push(pool)
    for (let time = 0; time < 20; time += 1) await codeOf(pool.query('INSERT INTO thing VALUES (1)'))
    expect(await codeOf(pool.query('BEGIN; SELECT 1/0'))).toBe('22012')
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect(writer.logins()).toHaveLength(2)
  })
})

/** `pg` and its pool once more, from files of their own, so that its classes are not those of this process. */
function copyOfPg(): { Pool: typeof pg.Pool } {
  const directory = mkdtempSync(join(tmpdir(), 'prisma-iam-pg-'))
  const modules = join(directory, 'node_modules')
  mkdirSync(modules)
  for (const name of ['pg', 'pg-pool']) cpSync(resolve('node_modules', name), join(modules, name), { recursive: true })
  for (const name of ['pg-protocol', 'pg-types', 'pg-connection-string', 'pgpass'])
    symlinkSync(resolve('node_modules', name), join(modules, name))
  directories.push(directory)
  return createRequire(join(directory, 'x.js'))('pg') as typeof pg
}
