import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Prisma, type PrismaClient } from '../../generated/prisma/client.ts'
import { occRetry } from '../../src/adapter/occ-retry.ts'
import type { OccRetryOptions } from '../../src/connect/occ-options.ts'
import type { ConflictRetried } from '../../src/events.ts'
import { type ShopPostgres, shopClient, shopPostgres } from './shop.ts'

let postgres: ShopPostgres
let prisma: PrismaClient
let retries: ConflictRetried[] = []

const options: OccRetryOptions = { baseMs: 1, onRetry: (retry) => retries.push(retry) }
const retrying = (more: OccRetryOptions = {}) => prisma.$extends(occRetry({ ...options, ...more }))
const operations = () => retries.map(({ operation }) => operation)
const codes = () => prisma.coupon.findMany({ select: { code: true, percent: true }, orderBy: { code: 'asc' } })
const row = (code: string, percent = 10) => ({ code, percent })
const serializable = { isolationLevel: Prisma.TransactionIsolationLevel.Serializable }

/** The next writes of coupons lose: as DSQL decides, at COMMIT, or as PostgreSQL often does, at the statement. */
async function lose(times: number, at: 'commit' | 'statement' = 'commit'): Promise<void> {
  await postgres.beside.query(`SELECT setval('tries', 1, false)`)
  await postgres.beside.query('UPDATE losses SET times = $1, at = $2', [times, at])
}

beforeAll(async () => {
  postgres = await shopPostgres()
  // A sequence counts, because it does not roll back.
  await postgres.beside.query(`
    CREATE SEQUENCE tries;
    CREATE TABLE losses (times int, at text);
    INSERT INTO losses VALUES (0, 'commit');
    CREATE FUNCTION lose() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('tries') <= (SELECT times FROM losses) THEN
        RAISE EXCEPTION 'change conflicts with another transaction (OC000)' USING ERRCODE = '40001';
      END IF;
      RETURN 1;
    END $$;
    CREATE FUNCTION lose_when() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT at FROM losses) = TG_ARGV[0] THEN PERFORM lose(); END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE OR DELETE ON "Coupon" INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION lose_when('commit');
    CREATE TRIGGER at_statement AFTER INSERT OR UPDATE OR DELETE ON "Coupon"
      FOR EACH ROW EXECUTE FUNCTION lose_when('statement')`)
  prisma = shopClient(postgres.shopUrl).prisma
})
afterAll(async () => {
  await prisma.$disconnect()
  await postgres.stop()
})
beforeEach(async () => {
  await lose(0)
  await postgres.beside.query('TRUNCATE "Coupon", "Customer" CASCADE')
  await prisma.coupon.createMany({ data: [row('A'), row('B')] })
  retries = []
})

describe.each(['commit', 'statement'] as const)('a conflict at the %s', (at) => {
  it('runs the whole callback of $transaction again', async () => {
    await lose(2, at)
    let runs = 0
    const result = await retrying().$transaction(async (tx) => {
      runs += 1
      await tx.coupon.create({ data: row('C') })
      await tx.coupon.update({ where: { code: 'A' }, data: { percent: { increment: 1 } } })
      return runs
    })
    expect(result).toBe(3)
    expect(operations()).toEqual(['$transaction', '$transaction'])
    expect(await codes()).toEqual([row('A', 11), row('B'), row('C')])
  })

  it('runs every operation of a batch again', async () => {
    await lose(2, at)
    const client = retrying()
    const [created, count] = await client.$transaction([
      client.coupon.create({ data: row('C') }),
      client.coupon.count(),
      client.$executeRaw`UPDATE "Coupon" SET percent = percent + 1 WHERE code = 'A'`,
    ])
    expect([created.code, count]).toEqual(['C', 3])
    expect(operations()).toEqual(['$transaction', '$transaction'])
    expect(await codes()).toEqual([row('A', 11), row('B'), row('C')])
  })

  type Client = ReturnType<typeof retrying>
  const order = { number: 'O', total: 1, customer: { create: { email: 'ada@example.com', name: 'Ada' } } }
  const singles: [string, (client: Client) => Promise<unknown>, object[]][] = [
    ['Coupon.create', (client) => client.coupon.create({ data: row('C') }), [row('A'), row('B'), row('C')]],
    ['Coupon.createMany', (client) => client.coupon.createMany({ data: [row('C')] }), [row('A'), row('B'), row('C')]],
    [
      'Coupon.createManyAndReturn',
      (client) => client.coupon.createManyAndReturn({ data: [row('C')] }),
      [row('A'), row('B'), row('C')],
    ],
    [
      'Coupon.update',
      (client) => client.coupon.update({ where: { code: 'A' }, data: { percent: { increment: 1 } } }),
      [row('A', 11), row('B')],
    ],
    [
      'Coupon.updateMany',
      (client) => client.coupon.updateMany({ data: { percent: { increment: 1 } }, where: { code: 'A' } }),
      [row('A', 11), row('B')],
    ],
    [
      'Coupon.upsert',
      (client) => client.coupon.upsert({ where: { code: 'C' }, create: row('C'), update: {} }),
      [row('A'), row('B'), row('C')],
    ],
    ['Coupon.delete', (client) => client.coupon.delete({ where: { code: 'A' } }), [row('B')]],
    ['Coupon.deleteMany', (client) => client.coupon.deleteMany({ where: { code: 'A' } }), [row('B')]],
    [
      'Order.create',
      (client) => client.order.create({ data: { ...order, coupon: { create: row('C') } } }),
      [row('A'), row('B'), row('C')],
    ],
    [
      '$executeRaw',
      (client) => client.$executeRaw`UPDATE "Coupon" SET percent = ${11} WHERE code = ${'A'}`,
      [row('A', 11), row('B')],
    ],
    [
      '$executeRawUnsafe',
      (client) => client.$executeRawUnsafe('DELETE FROM "Coupon" WHERE code = $1', 'A'),
      [row('B')],
    ],
    [
      '$queryRaw',
      (client) => client.$queryRaw`UPDATE "Coupon" SET percent = ${11} WHERE code = ${'A'} RETURNING code`,
      [row('A', 11), row('B')],
    ],
    [
      '$queryRawUnsafe',
      (client) => client.$queryRawUnsafe('DELETE FROM "Coupon" WHERE code = $1 RETURNING code', 'A'),
      [row('B')],
    ],
  ]
  it.each(singles)('runs %s again', async (operation, run, rows) => {
    await lose(2, at)
    await run(retrying())
    expect(operations()).toEqual([operation, operation])
    expect(await codes()).toEqual(rows)
  })
})

it('a read that conflicts is run again', async () => {
  await lose(1)
  expect(await retrying().$queryRaw`SELECT lose() AS one`).toEqual([{ one: 1 }])
  expect(operations()).toEqual(['$queryRaw'])
})

describe('inside a transaction', () => {
  it('a single call is not retried, but the whole of it', async () => {
    await lose(1, 'statement')
    await retrying().$transaction((tx) => tx.coupon.create({ data: row('C') }))
    expect(operations()).toEqual(['$transaction'])
    expect(await codes()).toEqual([row('A'), row('B'), row('C')])
  })

  it('one inside is not retried, but the outermost', async () => {
    await lose(1, 'statement')
    let runs = 0
    await retrying().$transaction(async (tx) => {
      runs += 1
      await tx.$transaction((nested) => nested.$executeRaw`UPDATE "Coupon" SET percent = percent + 1 WHERE code = 'A'`)
    })
    expect(runs).toBe(2)
    expect(operations()).toEqual(['$transaction'])
    expect(await codes()).toEqual([row('A', 11), row('B')])
  })

  it('of a client without this extension, a call of one with it is not retried by itself', async () => {
    await lose(1, 'statement')
    const batch = prisma.$transaction([prisma.coupon.count(), retrying().coupon.create({ data: row('C') })])
    await expect(batch).rejects.toMatchObject({ code: 'P2034' })
    expect(operations()).toEqual([])
    expect(await codes()).toEqual([row('A'), row('B')])
  })
})

describe('an extension that was applied later', () => {
  it('is there inside the transaction, in every try', async () => {
    const seen: string[] = []
    const client = retrying().$extends({
      client: { $greeting: () => 'hello' },
      model: { coupon: { byCode: (code: string) => prisma.coupon.findUniqueOrThrow({ where: { code } }) } },
      query: {
        coupon: {
          update({ args, query }) {
            seen.push('update')
            return query({ ...args, data: { ...args.data, expiresAt: new Date(0) } })
          },
        },
      },
      result: { coupon: { label: { needs: { percent: true }, compute: ({ percent }) => `-${percent}%` } } },
    })
    await lose(1)
    const updated = await client.$transaction(async (tx) => {
      seen.push(tx.$greeting(), (await tx.coupon.byCode('A')).code)
      return tx.coupon.update({ where: { code: 'A' }, data: { percent: 12 } })
    })
    expect(seen).toEqual(['hello', 'A', 'update', 'hello', 'A', 'update'])
    expect([updated.label, updated.expiresAt]).toEqual(['-12%', new Date(0)])
  })

  it('may wrap each call in a transaction of its own', async () => {
    const client = retrying().$extends({
      query: {
        async $allOperations({ args, query }) {
          const [, result] = await prisma.$transaction([
            prisma.$executeRaw`SELECT set_config('app.tenant', '7', true)`,
            // Prisma types a query as any promise here; at run time it is one of its own.
            query(args) as Prisma.PrismaPromise<unknown>,
          ])
          return result
        },
      },
    })
    await lose(2)
    await client.coupon.update({ where: { code: 'A' }, data: { percent: { increment: 1 } } })
    expect(operations()).toEqual(['Coupon.update', 'Coupon.update'])
    expect(await codes()).toEqual([row('A', 11), row('B')])
  })
})

describe('what is not retried', () => {
  it('is an error of another kind: it passes at once as it would without', async () => {
    const violate = (client: Pick<PrismaClient, 'coupon'>) => client.coupon.create({ data: row('A') })
    const [plain, single] = await Promise.all(
      [violate(prisma), violate(retrying() as unknown as PrismaClient)].map((call) => call.catch((error) => error)),
    )
    expect(single).toBeInstanceOf(Prisma.PrismaClientKnownRequestError)
    expect([single.code, single.meta, single.message.split('\n').at(-1)]).toEqual([
      'P2002',
      plain.meta,
      plain.message.split('\n').at(-1),
    ])
    const thrown = new Error('mine')
    let runs = 0
    const callback = async () => {
      runs += 1
      throw thrown
    }
    expect(
      await retrying()
        .$transaction(callback)
        .catch((error) => error),
    ).toBe(thrown)
    expect(runs).toBe(1)
    expect(operations()).toEqual([])
  })

  it('is the last try: its conflict passes unchanged', async () => {
    await lose(99)
    const seen: unknown[] = []
    const client = retrying({ tries: 3, onRetry: ({ error }) => seen.push(error) })
    const thrown = await client.$transaction((tx) => tx.coupon.create({ data: row('C') })).catch((error) => error)
    expect(thrown).toMatchObject({ name: 'DriverAdapterError', cause: { kind: 'TransactionWriteConflict' } })
    expect(seen).toHaveLength(2)
    expect(seen).not.toContain(thrown)
    expect(await codes()).toEqual([row('A'), row('B')])
  })
})

describe('under contention', () => {
  it('twelve writers of one row lose no increment', async () => {
    const client = retrying({ tries: 100 })
    const writers = Array.from({ length: 12 }, async () => {
      for (let turn = 0; turn < 4; turn += 1) {
        await client.$transaction(async (tx) => {
          const { percent } = await tx.coupon.findUniqueOrThrow({ where: { code: 'A' } })
          await tx.coupon.update({ where: { code: 'A' }, data: { percent: percent + 1 } })
        }, serializable)
      }
    })
    await Promise.all(writers)
    expect(retries.length).toBeGreaterThan(0)
    expect(await codes()).toEqual([row('A', 58), row('B')])
  })

  it('writers that each spare what the other leaves never both take it', async () => {
    const client = retrying({ tries: 100 })
    // Together at least 15 must stay: a check that only a serializable COMMIT can hold.
    const take = (code: string): Promise<number> =>
      client.$transaction(async (tx) => {
        const { _sum } = await tx.coupon.aggregate({ _sum: { percent: true } })
        if ((_sum.percent ?? 0) < 16) return 0
        await tx.coupon.update({ where: { code }, data: { percent: { decrement: 1 } } })
        return 1
      }, serializable)
    const taken = await Promise.all(Array.from({ length: 16 }, (_, writer) => take(writer % 2 ? 'A' : 'B')))
    const { _sum } = await prisma.coupon.aggregate({ _sum: { percent: true } })
    expect(retries.length).toBeGreaterThan(0)
    expect(taken.reduce((sum, one) => sum + one)).toBe(5)
    expect(_sum.percent).toBe(15)
  })
})
