import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { placeOrder, sales, stockShelves } from '../../examples/shop/orders.ts'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { Edges, IamOptions } from '../../src/config/options.ts'
import { events } from '../../src/events.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator
let aheadMs = 0
let signed = 0
const clock = () => Date.now() + aheadMs
/** `pg` warns once a process, so they are collected from the start. */
const warnings: string[] = []
const hear = (warning: Error) => warnings.push(warning.message)
const countSigned = () => {
  signed += 1
}

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop', clock: () => new Date(clock()) })
  for (const name of readdirSync('prisma/migrations')
    .filter((entry) => !entry.includes('.'))
    .sort()) {
    await emulator.asSuperuser(readFileSync(`prisma/migrations/${name}/migration.sql`, 'utf8'))
  }
  await emulator.asSuperuser('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app')
  await emulator.asSuperuser(readFileSync('prisma/hooks/after/10-categories.sql', 'utf8'))
  events.tokenSigned.subscribe(countSigned)
  process.on('warning', hear)
})
afterAll(async () => {
  events.tokenSigned.unsubscribe(countSigned)
  process.off('warning', hear)
  await emulator.stop()
})
beforeEach(() => {
  signed = 0
  emulator.forget()
})

async function withPrisma<Result>(
  work: (prisma: PrismaClient) => Promise<Result>,
  options: IamOptions = {},
  edges: Edges = { env: {} },
): Promise<Result> {
  const prisma = new PrismaClient({ adapter: iamAdapter({ ...emulator.options, ...options }, edges) })
  try {
    return await work(prisma)
  } finally {
    await prisma.$disconnect()
  }
}

describe('iamAdapter', () => {
  it('runs the shop: nested writes in a transaction, relations, aggregates', async () => {
    await withPrisma(async (prisma) => {
      await stockShelves(prisma)
      const order = await placeOrder(prisma, 'T-1', 'ada@example.com', [
        { sku: 'BEAN-1', quantity: 2 },
        { sku: 'FILTER', quantity: 1 },
      ])
      expect(order.total.toFixed(2)).toBe('41.20')
      expect(order.items.map(({ product }) => product.sku).sort()).toEqual(['BEAN-1', 'FILTER'])
      expect(await sales(prisma)).toEqual({ orders: 1, revenue: '41.20' })
    })
  })

  it('loads several relations in a transaction one after the other, without a warning of pg', async () => {
    await withPrisma(async (prisma) => {
      await prisma.$transaction(async (tx) =>
        tx.order.findMany({ include: { items: { include: { product: true } }, customer: true, payments: true } }),
      )
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings.filter((text) => text.includes('client.query()'))).toEqual([])
  })

  it('rolls a failed transaction back', async () => {
    await withPrisma(async (prisma) => {
      await expect(placeOrder(prisma, 'T-2', 'ada@example.com', [{ sku: 'NOTHING', quantity: 1 }])).rejects.toThrow(
        'no product',
      )
      expect(await prisma.order.count({ where: { number: 'T-2' } })).toBe(0)
    })
  })

  it('signs nothing for a query on an idle connection', async () => {
    await withPrisma(async (prisma) => {
      await prisma.order.count()
      signed = 0
      for (let query = 0; query < 20; query += 1) await prisma.order.count()
      expect(signed).toBe(0)
      expect(emulator.logins()).toHaveLength(1)
    })
  })

  it('goes on through many token lives, each login with a token that is good then', async () => {
    await withPrisma(
      async (prisma) => {
        for (let life = 0; life < 5; life += 1) {
          await prisma.order.count()
          await prisma.order.count()
          aheadMs += 16 * 60_000
        }
      },
      { pool: { maxUses: 1 } },
      { env: {}, clock },
    )
    aheadMs = 0
    expect(signed).toBe(5)
    expect(emulator.logins()).toHaveLength(10)
  })

  it('keeps `min` connections that are idle, and ends the others', async () => {
    const open = async () => {
      const { rows } = await emulator.asSuperuser(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'app'",
      )
      return rows[0]?.n
    }
    await withPrisma(
      async (prisma) => {
        await Promise.all(Array.from({ length: 5 }, () => prisma.$queryRaw`SELECT pg_sleep(0.05)::text`))
        await expect.poll(open, { timeout: 5_000 }).toBe(2)
        await new Promise((resolve) => setTimeout(resolve, 150))
        expect(await open()).toBe(2)
      },
      { pool: { min: 2, max: 5, idleTimeoutMillis: 50 } },
    )
  })

  it('opens a new pool after $disconnect, with IAM still on', async () => {
    await withPrisma(async (prisma) => {
      await prisma.order.count()
      await prisma.$disconnect()
      await prisma.order.count()
    })
    expect(emulator.logins()).toEqual(['app', 'app'])
  })

  it('serves the queries that wait for a connection before $disconnect ends the pool', async () => {
    await withPrisma(
      async (prisma) => {
        const asked = Array.from({ length: 4 }, () => prisma.$queryRaw`SELECT 1 AS one FROM pg_sleep(0.05)`)
        // Prisma sends a query when it is awaited.
        const answers = Promise.all(asked)
        await new Promise((resolve) => setTimeout(resolve, 20))
        await prisma.$disconnect()
        expect(await answers).toEqual(Array.from({ length: 4 }, () => [{ one: 1 }]))
      },
      { pool: { max: 1 } },
    )
    expect(emulator.logins()).toEqual(['app'])
  })

  it('needs nothing to be made, and tells at the first query everything that is missing', async () => {
    const prisma = new PrismaClient({ adapter: iamAdapter({}, { env: {} }) })
    const error = await prisma.order.count().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    const { message } = error as Error
    for (const words of ['no host', 'no user', 'no database', 'Hint: ']) expect(message).toContain(words)
  })

  it('never lets a shadow database be the app’s own', async () => {
    await expect(iamAdapter(emulator.options).connectToShadowDb()).rejects.toMatchObject({
      code: 'PRISMA_IAM_ENGINE_UNSUPPORTED',
    })
  })
})
