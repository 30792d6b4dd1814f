import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Edges, IamOptions } from '../../src/config/options.ts'
import { iamPool } from '../../src/connect/pool.ts'
import { events } from '../../src/events.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator
const pools: ReturnType<typeof iamPool>[] = []
let signed = 0
const countSigned = () => {
  signed += 1
}

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop' })
  await emulator.asSuperuser('CREATE SCHEMA "my \\ ""app""" AUTHORIZATION app')
  events.tokenSigned.subscribe(countSigned)
})
afterAll(async () => {
  events.tokenSigned.unsubscribe(countSigned)
  await emulator.stop()
})
beforeEach(() => {
  signed = 0
  emulator.forget()
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})

function open(options: IamOptions = {}, edges: Edges = { env: {} }) {
  const pool = iamPool({ ...emulator.options, ...ownCredentials(), ...options }, edges)
  pools.push(pool)
  return pool
}

/** Tokens are shared by those with the very same credentials. */
function ownCredentials(): Pick<IamOptions, 'credentials'> {
  const { accessKeyId, secretAccessKey } = emulator
  return { credentials: { accessKeyId, secretAccessKey } }
}

describe('iamPool', () => {
  it('logs in as the role, by token, over TLS', async () => {
    const { rows } = await open().query('SELECT current_user, ssl FROM (SELECT true AS ssl) s')
    expect(rows).toEqual([{ current_user: 'app', ssl: true }])
    expect(emulator.logins()).toEqual(['app'])
  })

  it('signs nothing for a query on an idle connection', async () => {
    const pool = open()
    await pool.query('SELECT 1')
    expect(signed).toBe(1)
    for (let query = 0; query < 20; query += 1) await pool.query('SELECT 1')
    expect(signed).toBe(1)
    expect(emulator.logins()).toHaveLength(1)
  })

  it('shares tokens with the other pools of the process that have the same credentials', async () => {
    const { credentials } = ownCredentials()
    if (credentials === undefined) throw new Error('the emulator has credentials')
    await Promise.all([1, 2, 3].map(() => open({ credentials }).query('SELECT 1')))
    expect(signed).toBe(1)
    await open({ ...ownCredentials() }).query('SELECT 1')
    expect(signed).toBe(2)
    expect(emulator.logins()).toHaveLength(4)
  })

  it('resolves credentials once for 100 queries at once on an empty pool', async () => {
    let resolved = 0
    const { accessKeyId, secretAccessKey } = emulator
    const credentials = async () => {
      resolved += 1
      await new Promise((resolve) => setTimeout(resolve, 50))
      return { accessKeyId, secretAccessKey }
    }
    const pool = open({ credentials, pool: { max: 20 } })
    await Promise.all(Array.from({ length: 100 }, () => pool.query('SELECT 1')))
    expect(resolved).toBe(1)
    expect(signed).toBe(1)
    expect(emulator.logins().length).toBeGreaterThan(1)
  })

  it('reads nothing before the first connection, and then everything', async () => {
    const env: Record<string, string> = {}
    const pool = iamPool({}, { env })
    pools.push(pool)
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'PRISMA_IAM_CONFIG_INVALID' })
    Object.assign(env, emulator.env)
    const { credentials } = emulator.options
    const later = open({ ...(credentials === undefined ? {} : { credentials }) }, { env })
    await expect(later.query('SELECT 1')).resolves.toBeDefined()
  })

  it('tells a callback, too, what is wrong with the configuration', async () => {
    const pool = open({ region: 'nowhere' })
    const error = await new Promise((resolve) => pool.connect((problem) => resolve(problem)))
    expect(error).toMatchObject({ code: 'PRISMA_IAM_CONFIG_INVALID' })
  })

  it('serves callbacks like a plain pool', async () => {
    const pool = open()
    const rows = await new Promise((resolve, reject) =>
      pool.query('SELECT 1 AS one', (error, result) => (error ? reject(error) : resolve(result.rows))),
    )
    expect(rows).toEqual([{ one: 1 }])
  })

  it('puts the schema first in search_path, however it is called', async () => {
    const { rows } = await open({ schema: 'my \\ "app"' }).query('SELECT current_schema() AS schema')
    expect(rows).toEqual([{ schema: 'my \\ "app"' }])
  })

  it('dials a name and still verifies the endpoint', async () => {
    const { rows } = await open({ host: 'localhost' }).query('SELECT 1 AS one')
    expect(rows).toEqual([{ one: 1 }])
  })

  it('refuses a server that cannot prove its name', async () => {
    const signHost = 'other.cluster-c1a2b3.eu-west-1.rds.amazonaws.com'
    await expect(open({ signHost }).query('SELECT 1')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    expect(emulator.logins()).toEqual([])
  })

  it('refuses a server whose root it does not know, AWS’s own roots being all it knows', async () => {
    const { tls: _tls, ...untrusting } = emulator.options
    const pool = iamPool(untrusting, { env: {} })
    pools.push(pool)
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: expect.stringMatching(/CERT|ISSUER|SIGNATURE/) })
  })

  it('survives the death of an idle connection', async () => {
    const pool = open()
    await pool.query('SELECT 1')
    await emulator.asSuperuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  it('keeps `min` connections that are idle, and ends the others', async () => {
    const pool = open({ pool: { min: 2, max: 5, idleTimeoutMillis: 50 } })
    await Promise.all(Array.from({ length: 5 }, () => pool.query('SELECT pg_sleep(0.05)')))
    await expect.poll(() => pool.totalCount).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect([pool.totalCount, pool.idleCount]).toEqual([2, 2])
  })

  it('tells the caller that credentials are missing', async () => {
    const credentials = async () => Promise.reject(new Error('no session'))
    await expect(open({ credentials }).query('SELECT 1')).rejects.toMatchObject({
      code: 'PRISMA_IAM_TOKEN_CREDENTIALS',
    })
  })

  it('answers what was asked before it was ended, though it was not open yet', async () => {
    const pool = iamPool(emulator.options, { env: {} })
    const asked = pool.query('SELECT 1 AS one')
    await pool.end()
    expect((await asked).rows).toEqual([{ one: 1 }])
  })

  it('serves those who wait for a connection before it ends, and refuses those who come later', async () => {
    const pool = iamPool({ ...emulator.options, pool: { max: 1 } }, { env: {} })
    const client = await pool.connect()
    const waiting = Array.from({ length: 3 }, () => pool.query('SELECT 1 AS one'))
    const ended = pool.end()
    const late = expect(pool.query('SELECT 1')).rejects.toThrow('after calling end')
    client.release()
    for (const { rows } of await Promise.all(waiting)) expect(rows).toEqual([{ one: 1 }])
    await Promise.all([ended, late])
    expect([pool.ended, pool.totalCount]).toEqual([true, 0])
  })

  it('tells whoever ends it twice, by promise or callback', async () => {
    const pool = iamPool(emulator.options, { env: {} })
    await new Promise<void>((resolve) => pool.end(resolve))
    await expect(pool.end()).rejects.toThrow('more than once')
    const told = await new Promise<unknown>((resolve) => pool.end((error?: unknown) => resolve(error)))
    expect(told).toMatchObject({ message: expect.stringContaining('more than once') })
  })

  it('leaves no socket behind when a login fails for want of a token', async () => {
    const credentials = async () => Promise.reject(new Error('no session'))
    const pool = open({ credentials, pool: { max: 3 } })
    await Promise.allSettled(Array.from({ length: 20 }, () => pool.query('SELECT 1')))
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const before = sockets()
    await Promise.allSettled(Array.from({ length: 20 }, () => pool.query('SELECT 1')))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(sockets()).toBeLessThanOrEqual(before)
    expect(pool.totalCount).toBe(0)
  })

  it('shows no secret when it is inspected', async () => {
    const pool = open()
    await pool.query('SELECT 1')
    const shown = inspect(pool, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null })
    expect(shown).not.toContain(emulator.secretAccessKey)
    expect(shown).not.toContain('X-Amz-Signature')
  })
})
