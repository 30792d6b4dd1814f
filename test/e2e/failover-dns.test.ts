import type { LookupFunction } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type IamPool, iamPool } from '../../src/connect/pool.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { type LoadError, startLoad } from '../support/load.ts'

/** Two servers of one cluster at two addresses of loopback, and the name that leads to the one that writes. */
const former = '127.0.0.2'
const promoted = '127.0.0.3'
const connections = 4
let old: TestEmulator
let next: TestEmulator
let address = former
const lookup: LookupFunction = (_host, { all }, callback) =>
  all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)

beforeAll(async () => {
  const identities = [
    {
      accessKeyId: 'AKIAEXAMPLEAPP000001',
      secretAccessKey: 'anything',
      arn: 'arn:aws:iam::123456789012:role/app',
      allow: [{ action: 'rds-db:connect', user: 'app' } as const],
    },
  ]
  old = await testEmulator({ service: 'rds', host: former, identities })
  next = await testEmulator({ service: 'rds', host: promoted, port: old.port, identities })
  for (const { asSuperuser } of [old, next])
    await asSuperuser(
      'CREATE TABLE thing (id int PRIMARY KEY); GRANT ALL ON thing TO app; INSERT INTO thing VALUES (1)',
    )
})
beforeEach(() => {
  address = former
  old.forget()
  next.forget()
})
afterAll(async () => {
  await old.stop()
  await next.stop()
})

/** As an app writes it: the endpoint's name is what is dialled, signed and verified. */
async function withPool(work: (pool: IamPool) => Promise<void>): Promise<void> {
  const { signHost, options, port, ca } = old
  const { credentials } = options
  if (credentials === undefined) throw new Error('the emulator has credentials')
  const pool = iamPool(
    {
      host: signHost,
      port,
      signPort: 5432,
      user: 'app',
      database: 'postgres',
      tls: { ca: [ca, next.ca] },
      credentials,
      pool: { max: connections, query_timeout: 300, connectionTimeoutMillis: 2_000 },
    },
    { env: {}, lookup },
  )
  try {
    await work(pool)
  } finally {
    await pool.end()
  }
}

const write = 'UPDATE thing SET id = 1'
const messages = (errors: readonly LoadError[]) => errors.map(({ message }) => message).join('\n')

describe('a pool follows the name of its endpoint to a new address', () => {
  it('when the server there says that it only reads: at most one write for each connection is lost', async () => {
    await withPool(async (pool) => {
      const load = startLoad(() => pool.query(write), connections)
      await load.more(20)
      old.faults.failover({ dnsLagMs: Number.POSITIVE_INFINITY })
      address = promoted
      await load.more(40)
      const failed = await load.stop()
      expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
      expect(messages(failed)).toContain('read-only transaction')
      expect(next.logins().length).toBeLessThanOrEqual(connections)
      old.faults.failover()
    })
  })

  it('with all idle connections, after one of them was told', async () => {
    await withPool(async (pool) => {
      await Promise.all(Array.from({ length: connections }, () => pool.query('SELECT pg_sleep(0.05)')))
      old.faults.failover({ dnsLagMs: Number.POSITIVE_INFINITY })
      address = promoted
      await expect(pool.query(write)).rejects.toThrow('read-only transaction')
      expect(pool.totalCount).toBe(0)
      for (let time = 0; time < 5; time += 1) await pool.query(write)
      expect(next.logins()).toHaveLength(1)
      old.faults.failover()
    })
  })

  it('and does not end what it opened there when a straggler tells of the old one', async () => {
    await withPool(async (pool) => {
      const straggler = await pool.connect()
      old.faults.failover({ dnsLagMs: Number.POSITIVE_INFINITY })
      address = promoted
      await pool.query(write)
      await expect(straggler.query(write)).rejects.toThrow('read-only transaction')
      straggler.release()
      expect(pool.totalCount).toBe(1)
      await pool.query(write)
      expect(next.logins()).toHaveLength(1)
      old.faults.failover()
    })
  })

  it('when the old server answers nothing any more: one query for each connection waits for its timeout', async () => {
    await withPool(async (pool) => {
      const load = startLoad(() => pool.query(write), connections)
      await load.more(20)
      old.faults.freeze('everyone')
      address = promoted
      await load.more(40)
      const failed = await load.stop()
      expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
      expect(failed.every(({ message }) => message === 'Query read timeout')).toBe(true)
      expect(next.logins()).toHaveLength(connections)
      old.faults.clear()
    })
  })
})
