import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { placeOrder, sales, stockShelves } from '../../examples/shop/orders.ts'
import { Prisma, PrismaClient } from '../../generated/prisma/client.ts'
import { dsql } from '../../src/adapter/dsql-extension.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { Identity } from '../../src/emulator/index.ts'
import { migrateDeploy } from '../../src/migrate/library.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator
let plain: PrismaClient
let prisma: ReturnType<typeof extended>
/** Whom the shop's config maps to its role, and who may be the admin as well. */
const identity: Identity = {
  accessKeyId: 'AKIASHOP',
  secretAccessKey: 'of the shop',
  arn: 'arn:aws:iam::123456789012:role/app',
  allow: [{ action: 'dsql:DbConnect' }, { action: 'dsql:DbConnectAdmin' }],
}
const extended = (client: PrismaClient) => client.$extends(dsql({ tries: 500, budgetMs: 60_000, maxMs: 500 }))

beforeAll(async () => {
  emulator = await testEmulator({ service: 'dsql', identities: [identity] })
  for (const [name, value] of Object.entries({ ...emulator.env, SHOP_ADMIN: 'admin' })) vi.stubEnv(name, value)
  await migrateDeploy()
  plain = new PrismaClient({ adapter: iamAdapter({ ...emulator.options, pool: { max: 16 } }, { env: {} }) })
  prisma = extended(plain)
  await stockShelves(plain)
})
afterAll(async () => {
  await plain?.$disconnect()
  await emulator.stop()
  vi.unstubAllEnvs()
})

describe('the shop on DSQL', () => {
  it('places orders in interactive transactions, with nested writes and a customer that is made or found', async () => {
    const wishes = [
      { sku: 'BEAN-1', quantity: 2 },
      { sku: 'FILTER', quantity: 1 },
    ]
    const first = await placeOrder(plain, 'D-1', 'ada@example.com', wishes)
    const second = await placeOrder(plain, 'D-2', 'ada@example.com', wishes.slice(0, 1))
    expect(first.total.toFixed(2)).toBe('41.20')
    expect(second.customerId).toBe(first.customerId)
    expect(await sales(plain)).toEqual({ orders: 2, revenue: '78.20' })
  })

  it('leaves nothing of a transaction whose callback throws', async () => {
    const failing = prisma.$transaction(async (tx) => {
      await tx.coupon.create({ data: { code: 'GONE', percent: 5 } })
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await prisma.coupon.count({ where: { code: 'GONE' } })).toBe(0)
  })

  it('loads relations three levels deep', async () => {
    const customer = await prisma.customer.findUniqueOrThrow({
      where: { email: 'ada@example.com' },
      include: {
        orders: {
          orderBy: { number: 'asc' },
          include: { items: { include: { product: { include: { category: true } } } } },
        },
      },
    })
    const names = customer.orders.map(({ items }) => items.map(({ product }) => product.category.name))
    expect(names).toEqual([['Coffee', 'Coffee'], ['Coffee']])
  })

  it('upserts by a unique column, and refuses a second one as Prisma does anywhere', async () => {
    const coupon = { where: { code: 'TEN' }, create: { code: 'TEN', percent: 10 }, update: { percent: 11 } }
    expect((await prisma.coupon.upsert(coupon)).percent).toBe(10)
    expect((await prisma.coupon.upsert(coupon)).percent).toBe(11)
    await expect(prisma.coupon.create({ data: { code: 'TEN', percent: 1 } })).rejects.toMatchObject({ code: 'P2002' })
    const orphan = prisma.address.create({
      data: { customerId: '00000000-0000-4000-8000-000000000000', line: '-', city: '-', country: 'XX' },
    })
    await expect(orphan).rejects.toMatchObject({ code: 'P2003' })
  })

  it('pages by offset and by cursor alike', async () => {
    await prisma.warehouse.createMany({
      data: Array.from({ length: 25 }, (_, index) => ({ code: `W-${String(index).padStart(2, '0')}`, city: 'Lund' })),
    })
    const order = { orderBy: { code: 'asc' }, take: 10 } as const
    const byOffset = await prisma.warehouse.findMany({ ...order, skip: 10 })
    const cursor = { code: 'W-09' }
    expect(await prisma.warehouse.findMany({ ...order, cursor, skip: 1 })).toEqual(byOffset)
    expect(byOffset.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, (_, index) => `W-${10 + index}`))
  })

  it('aggregates, groups, and filters by JSON', async () => {
    const [group] = await prisma.product.groupBy({ by: ['active'], _count: true, _max: { price: true } })
    expect(group).toMatchObject({ active: true, _count: 3 })
    expect(await prisma.product.count({ where: { attributes: { path: ['roast'], equals: 'medium' } } })).toBe(3)
  })

  it('answers raw queries with types, and runs raw statements', async () => {
    const rows = await prisma.$queryRaw<{ sku: string; price: Prisma.Decimal }[]>(
      Prisma.sql`SELECT sku, price FROM "Product" WHERE price > ${new Prisma.Decimal('10')} ORDER BY price`,
    )
    expect(rows.map(({ sku, price }) => [sku, price.toFixed(2)])).toEqual([
      ['BEAN-2', '11.90'],
      ['BEAN-1', '18.50'],
    ])
    expect(await prisma.$executeRaw`UPDATE "Product" SET active = active WHERE sku = ${'FILTER'}`).toBe(1)
  })

  it('refuses more than 3,000 rows at once in words that name the limit, and takes them in parts', async () => {
    const data = Array.from({ length: 3_001 }, (_, index) => ({ code: `MANY-${index}`, percent: 1 }))
    const refused = prisma.coupon.createMany({ data })
    await expect(refused).rejects.toThrow(/transaction row limit exceeded.*3,000 rows/)
    expect(await prisma.coupon.count({ where: { code: { startsWith: 'MANY-' } } })).toBe(0)
    for (const part of [data.slice(0, 1_500), data.slice(1_500)]) await prisma.coupon.createMany({ data: part })
    expect(await prisma.coupon.count({ where: { code: { startsWith: 'MANY-' } } })).toBe(3_001)
  })

  it('conserves every unit under sixteen writers of the same rows', async () => {
    const products = await prisma.product.findMany({ orderBy: { sku: 'asc' } })
    const warehouse = await prisma.warehouse.findFirstOrThrow()
    const keys = products.map(({ id }) => ({ warehouseId: warehouse.id, productId: id }))
    await prisma.stockLevel.createMany({ data: keys.map((key) => ({ ...key, quantity: 100 })) })
    const move = async (from: number, to: number) =>
      prisma.$transaction(async (tx) => {
        const where = (index: number) => ({ warehouseId_productId: keys[index % keys.length] as (typeof keys)[number] })
        const { quantity } = await tx.stockLevel.findUniqueOrThrow({ where: where(from) })
        if (quantity === 0) return
        await tx.stockLevel.update({ where: where(from), data: { quantity: quantity - 1 } })
        await tx.stockLevel.update({ where: where(to), data: { quantity: { increment: 1 } } })
      })
    await Promise.all(
      Array.from({ length: 16 }, async (_, writer) => {
        for (let turn = 0; turn < 2; turn += 1) await move(writer + turn, writer + turn + 1 + (turn % 2))
      }),
    )
    const { _sum } = await prisma.stockLevel.aggregate({
      where: { warehouseId: warehouse.id },
      _sum: { quantity: true },
    })
    expect(_sum.quantity).toBe(300)
  }, 90_000)
})
