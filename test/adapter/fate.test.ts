import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let emulator: TestEmulator
let prisma: PrismaClient

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop' })
  await emulator.asSuperuser(`
    CREATE TABLE "Coupon" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text UNIQUE);
    GRANT ALL ON "Coupon" TO app`)
  prisma = new PrismaClient({ adapter: iamAdapter({ ...emulator.options, pool: { max: 4 } }, { env: {} }) })
})
afterAll(async () => {
  await prisma.$disconnect()
  await emulator.stop()
})
beforeEach(() => emulator.forget())

const insert = (client: Pick<PrismaClient, '$executeRawUnsafe'>, code: string) =>
  client.$executeRawUnsafe('INSERT INTO "Coupon" (code) VALUES ($1)', code)
const failed = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  )

describe('the connections under PrismaClient', () => {
  it('outlive 1,000 unique violations, outside and inside transactions', async () => {
    await insert(prisma, 'TEN')
    for (let time = 0; time < 500; time += 1) await failed(insert(prisma, 'TEN'))
    for (let time = 0; time < 500; time += 1) await failed(prisma.$transaction(async (tx) => insert(tx, 'TEN')))
    expect(emulator.logins()).toHaveLength(1)
  })

  it('never carry a poisoned transaction to the next query', async () => {
    await failed(prisma.$executeRawUnsafe('BEGIN; SELECT 1/0'))
    expect(await prisma.$queryRawUnsafe('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('end when the writer has become read-only, though Prisma gives them back without the error', async () => {
    const pids = new Set<number>()
    const pidOf = async (client: Pick<PrismaClient, '$queryRawUnsafe'>) =>
      (await client.$queryRawUnsafe<{ pid: number }[]>('SELECT pg_backend_pid() AS pid'))[0]?.pid ?? 0
    // Fills the pool, so that there are idle siblings.
    await Promise.all(Array.from({ length: 4 }, () => prisma.$queryRawUnsafe('SELECT pg_sleep(0.05)::text')))
    await failed(
      prisma.$transaction(async (tx) => {
        pids.add(await pidOf(tx))
        await tx.$executeRawUnsafe('SET TRANSACTION READ ONLY')
        await insert(tx, 'LATE')
      }),
    )
    emulator.forget()
    expect(pids).not.toContain(await pidOf(prisma))
    expect(emulator.logins()).toHaveLength(1)
    await insert(prisma, 'LATE')
  })
})
