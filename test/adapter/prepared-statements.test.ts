import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import { occRetry } from '../../src/adapter/occ-retry.ts'
import type { IamOptions } from '../../src/config/options.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

describe('prepared statements of iamAdapter', () => {
  let emulator: TestEmulator
  beforeAll(async () => {
    emulator = await testEmulator({ service: 'rds', database: 'shop' })
    await emulator.asSuperuser(
      'CREATE TABLE "Customer" (id uuid DEFAULT gen_random_uuid(), email text, name text, phone text, "createdAt" timestamptz DEFAULT now())',
    )
    await emulator.asSuperuser(`INSERT INTO "Customer" (email, name) VALUES ('ada@example.com', 'Ada')`)
    await emulator.asSuperuser('ALTER TABLE "Customer" OWNER TO app')
  })
  afterAll(() => emulator.stop())

  const client = (options: IamOptions = {}) =>
    new PrismaClient({ adapter: iamAdapter({ ...emulator.options, ...options }, { env: {} }) })
  const prepared = async (prisma: Pick<PrismaClient, '$queryRawUnsafe'>) =>
    (await prisma.$queryRawUnsafe<{ name: string }[]>('SELECT name FROM pg_prepared_statements')).length

  it('stay within the bound on a connection, whatever is asked', async () => {
    const prisma = client({ statementCache: 10, pool: { max: 1 } })
    for (let width = 1; width <= 40; width += 1) {
      for (let time = 0; time < 3; time += 1) {
        await prisma.customer.count({ where: { email: { in: Array.from({ length: width }, (_, at) => `x${at}`) } } })
        await prisma.customer.count({ where: { OR: Array.from({ length: width }, () => ({ name: 'x' })) } })
      }
    }
    const count = await prepared(prisma)
    expect(count).toBeGreaterThan(1)
    expect(count).toBeLessThanOrEqual(10)
    await prisma.$disconnect()
  })

  it.each<[string, IamOptions]>([
    ['by its option', { statementCache: 0 }],
    ['by Prisma’s URL parameter for poolers', { url: 'postgresql://app@localhost/shop?pgbouncer=true' }],
  ])('are off %s', async (_how, options) => {
    const prisma = client({ ...options, pool: { max: 1 } })
    for (let time = 0; time < 5; time += 1) await prisma.customer.findMany({ where: { name: 'Ada' } })
    expect(await prepared(prisma)).toBe(0)
    await prisma.$disconnect()
  })

  it('lose no query when migrations change what they return, in transactions with occRetry neither', async () => {
    const prisma = client({ pool: { max: 6 } })
    const retrying = prisma.$extends(occRetry())
    let running = true
    const lost: unknown[] = []
    let asked = 0
    const work = async (ask: () => Promise<unknown>) => {
      while (running) {
        asked += 1
        await ask().catch((error: unknown) => lost.push(error))
      }
    }
    const ada = { where: { email: 'ada@example.com' } }
    const workers = [
      work(() => prisma.customer.findFirst(ada)),
      work(() => prisma.customer.updateManyAndReturn({ ...ada, data: { name: 'Ada' } })),
      work(() => retrying.$transaction((tx) => tx.customer.findFirst(ada))),
    ]
    for (let migration = 0; migration < 40; migration += 1) {
      await emulator.asSuperuser(
        `ALTER TABLE "Customer" ALTER COLUMN phone TYPE ${migration % 2 ? 'text' : 'varchar(40)'}`,
      )
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    running = false
    await Promise.all(workers)
    await prisma.$disconnect()
    expect(lost).toEqual([])
    expect(asked).toBeGreaterThan(200)
  })

  it('are sent again when somebody deallocated them', async () => {
    const prisma = client({ pool: { max: 1 } })
    const ask = () => prisma.customer.findFirst({ where: { email: 'ada@example.com' } })
    for (let time = 0; time < 3; time += 1) await ask()
    await prisma.$executeRawUnsafe('DEALLOCATE ALL')
    await expect(ask()).resolves.toMatchObject({ name: 'Ada' })
    await prisma.$disconnect()
  })

  it('make a transaction that a migration broke a conflict, as Prisma names those', async () => {
    const prisma = client({ pool: { max: 1 } })
    const ask = (tx: Pick<PrismaClient, 'customer'>) => tx.customer.findFirst({ where: { email: 'ada@example.com' } })
    for (let time = 0; time < 3; time += 1) await ask(prisma)
    await emulator.asSuperuser('ALTER TABLE "Customer" ALTER COLUMN phone TYPE varchar(99)')
    await expect(prisma.$transaction((tx) => ask(tx))).rejects.toMatchObject({ code: 'P2034' })
    await expect(prisma.$transaction((tx) => ask(tx))).resolves.toMatchObject({ name: 'Ada' })
    await prisma.$disconnect()
  })
})
