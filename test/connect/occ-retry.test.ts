import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withOccRetry } from '../../src/connect/occ-retry.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let pool: pg.Pool

beforeAll(async () => {
  postgres = await testPostgres()
  pool = poolOf(16)
  await pool.query('CREATE TABLE account (id int PRIMARY KEY, cents int NOT NULL)')
})
afterAll(async () => {
  await pool.end()
  await postgres.stop()
})
beforeEach(async () => {
  await pool.query('TRUNCATE account')
  await pool.query('INSERT INTO account SELECT id, 1000 FROM generate_series(1, 3) AS id')
})

function poolOf(max: number, settings: pg.PoolConfig = {}): pg.Pool {
  const made = new pg.Pool({ connectionString: postgres.url, max, ...settings })
  made.on('error', () => undefined)
  return made
}

const serializable = (client: pg.PoolClient) => client.query('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE')
const centsOf = async (client: pg.Pool | pg.PoolClient, id: number): Promise<number> =>
  (await client.query<{ cents: number }>('SELECT cents FROM account WHERE id = $1', [id])).rows[0]?.cents ?? 0
const sum = async () => Number((await pool.query('SELECT sum(cents) AS cents FROM account')).rows[0].cents)

async function transfer(client: pg.PoolClient, from: number, to: number, cents: number): Promise<void> {
  await serializable(client)
  const [left, right] = [await centsOf(client, from), await centsOf(client, to)]
  await client.query('UPDATE account SET cents = $2 WHERE id = $1', [from, left - cents])
  await client.query('UPDATE account SET cents = $2 WHERE id = $1', [to, right + cents])
}

describe('withOccRetry', () => {
  it('keeps every cent under sixteen writers of the same three rows', async () => {
    let retries = 0
    const writers = Array.from({ length: 16 }, async (_, writer) => {
      for (let turn = 0; turn < 4; turn += 1) {
        const from = 1 + ((writer + turn) % 3)
        await withOccRetry(pool, (client) => transfer(client, from, 1 + (from % 3), 1 + writer), {
          tries: 100,
          onRetry: () => (retries += 1),
        })
      }
    })
    await Promise.all(writers)
    expect(retries).toBeGreaterThan(0)
    expect(await sum()).toBe(3000)
  })

  it('runs again what lost at COMMIT', async () => {
    const codes: unknown[] = []
    let tries = 0
    // Both read both rows and each writes one: only COMMIT can tell that no order explains it.
    const result = await withOccRetry(
      pool,
      async (client) => {
        tries += 1
        await serializable(client)
        const total = (await centsOf(client, 1)) + (await centsOf(client, 2))
        await client.query('UPDATE account SET cents = $1 WHERE id = 1', [total])
        if (tries === 1) {
          await withOccRetry(pool, async (other) => {
            await serializable(other)
            const seen = (await centsOf(other, 1)) + (await centsOf(other, 2))
            await other.query('UPDATE account SET cents = $1 WHERE id = 2', [seen])
          })
        }
        return total
      },
      { onRetry: ({ error }) => codes.push((error as { code?: unknown }).code) },
    )
    expect(codes).toEqual(['40001'])
    expect(result).toBe(3000)
    expect(await centsOf(pool, 1)).toBe(3000)
  })

  it('rolls back on any other error, lets it pass unchanged and keeps the connection', async () => {
    const own = poolOf(1)
    const other = new Error('other')
    let runs = 0
    const work = async (client: pg.PoolClient) => {
      runs += 1
      await client.query('UPDATE account SET cents = 0')
      throw other
    }
    const backend = 'SELECT pg_backend_pid() AS pid'
    const before = (await own.query(backend)).rows
    expect(await withOccRetry(own, work).catch((error: unknown) => error)).toBe(other)
    expect((await own.query(backend)).rows).toEqual(before)
    await own.end()
    expect(runs).toBe(1)
    expect(await sum()).toBe(3000)
  })

  it('lets others have the connection while it waits', async () => {
    const own = poolOf(1)
    let tries = 0
    const seen: number[] = []
    await withOccRetry(
      own,
      async (client) => {
        tries += 1
        await client.query('UPDATE account SET cents = 0 WHERE id = 1')
        if (tries === 1) throw Object.assign(new Error('lost'), { code: 'OC000' })
      },
      { sleep: async () => seen.push(await centsOf(own, 1)) },
    )
    await own.end()
    expect(seen).toEqual([1000])
    expect(await sum()).toBe(2000)
  })

  it('survives a connection that breaks, and does not retry it', async () => {
    const own = poolOf(1)
    const killed = withOccRetry(own, (client) => client.query('SELECT pg_terminate_backend(pg_backend_pid())'))
    await expect(killed).rejects.toMatchObject({ code: '57P01' })
    expect((await own.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await own.end()
  })

  it('does not give a connection back that cannot roll back', async () => {
    const own = poolOf(1, { query_timeout: 50 })
    await expect(withOccRetry(own, (client) => client.query('SELECT pg_sleep(1)'))).rejects.toThrow('timeout')
    expect(own.totalCount).toBe(0)
    await own.end()
  })

  it('does not call it done when a failed statement was hidden', async () => {
    const hiding = withOccRetry(pool, async (client) => {
      await client.query('UPDATE account SET cents = 0')
      await client.query('SELECT 1/0').catch(() => undefined)
    })
    await expect(hiding).rejects.toMatchObject({ code: 'PRISMA_IAM_CONNECT_ROLLED_BACK' })
    expect(await sum()).toBe(3000)
  })
})
