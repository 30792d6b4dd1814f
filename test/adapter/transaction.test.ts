import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PrismaClient as DsqlClient } from '../../examples/dsql/generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import { oneAtATime } from '../../src/adapter/one-at-a-time.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let dsql: TestEmulator
let rds: TestEmulator
let onDsql: DsqlClient
let onRds: DsqlClient

beforeAll(async () => {
  dsql = await testEmulator({ service: 'dsql' })
  rds = await testEmulator({ service: 'rds', database: 'shop' })
  const table = `CREATE TABLE "Greeting" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text NOT NULL,
    "createdAt" timestamptz(3) NOT NULL DEFAULT now())`
  await rds.asSuperuser(`${table}; GRANT ALL ON "Greeting" TO app`)
  onDsql = new DsqlClient({ adapter: iamAdapter({ ...dsql.options, user: 'admin' }, { env: {} }) })
  onRds = new DsqlClient({ adapter: iamAdapter(rds.options, { env: {} }) })
  await onDsql.$executeRawUnsafe(table)
})
afterAll(async () => {
  await onDsql.$disconnect()
  await onRds.$disconnect()
  await dsql.stop()
  await rds.stop()
})

const failed = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  )

describe('a transaction on DSQL', () => {
  it('commits without SET TRANSACTION, which DSQL refuses, also when repeatable read is asked for', async () => {
    await onDsql.$transaction(async (tx) => tx.greeting.create({ data: { text: 'plain' } }))
    await onDsql.$transaction([onDsql.greeting.create({ data: { text: 'batch' } })], {
      isolationLevel: 'RepeatableRead',
    })
    await onDsql.$transaction(async (tx) => tx.greeting.create({ data: { text: 'asked' } }), {
      isolationLevel: 'RepeatableRead',
    })
    expect(await onDsql.greeting.count()).toBe(3)
  })

  it.each(['Serializable', 'ReadCommitted'] as const)(
    'of the level %s is refused in words that help',
    async (level) => {
      const error = await failed(onDsql.$transaction(async (tx) => tx.greeting.count(), { isolationLevel: level }))
      expect(error).toMatchObject({ code: 'PRISMA_IAM_ADAPTER_TRANSACTION' })
      expect(error.message).toContain('REPEATABLE READ only')
      expect(error.message).toContain('Hint: leave `isolationLevel` out')
    },
  )

  it('says at once that it does not nest, and the outer one can go on', async () => {
    const text = 'after the inner one'
    await onDsql.$transaction(async (tx) => {
      const error = await failed(tx.$transaction(async (inner) => inner.greeting.count()))
      expect(error.message).toContain('Aurora DSQL has no savepoints')
      await tx.greeting.create({ data: { text } })
    })
    expect(await onDsql.greeting.count({ where: { text } })).toBe(1)
  })
})

describe('a transaction on Aurora', () => {
  it('is of the level that was asked for', async () => {
    const level = await onRds.$transaction(async (tx) => tx.$queryRawUnsafe('SHOW transaction_isolation'), {
      isolationLevel: 'Serializable',
    })
    expect(level).toEqual([{ transaction_isolation: 'serializable' }])
  })

  it('nests', async () => {
    await onRds.$transaction(async (tx) => {
      await tx.greeting.create({ data: { text: 'outer' } })
      await failed(
        tx.$transaction(async (inner) => {
          await inner.greeting.create({ data: { text: 'inner' } })
          throw new Error('no')
        }),
      )
    })
    expect(await onRds.greeting.findMany({ select: { text: true } })).toEqual([{ text: 'outer' }])
  })

  it('answers queries that come at once, each its own', async () => {
    await onRds.$transaction(async (tx) => {
      const answers = await Promise.all(
        Array.from({ length: 5 }, (_, n) => tx.$queryRawUnsafe<{ n: number }[]>(`SELECT ${n} AS n`)),
      )
      expect(answers.map(([row]) => row?.n)).toEqual([0, 1, 2, 3, 4])
    })
  })
})

it('a transaction whose end was asked for runs nothing more, as when its time is up within an operation', async () => {
  const adapter = await iamAdapter(rds.options, { env: {} }).connect()
  const transaction = await adapter.startTransaction()
  const run = (sql: string) => transaction.executeRaw({ sql, args: [], argTypes: [] })
  const first = run('SELECT pg_sleep(0.05)')
  const end = run('ROLLBACK')
  await first
  const late = failed(run(`INSERT INTO "Greeting" (text) VALUES ('late')`))
  await end
  await transaction.rollback()
  expect(await late).toMatchObject({ cause: { kind: 'TransactionAlreadyClosed' } })
  expect(await onRds.greeting.count({ where: { text: 'late' } })).toBe(0)
  await adapter.dispose()
})

describe('work in turn', () => {
  it('starts when the work before has ended, well or not, and tells each its own result', async () => {
    const inTurn = oneAtATime()
    const log: string[] = []
    const work =
      (name: string, fails = false) =>
      async () => {
        log.push(`${name} starts`)
        await new Promise((resolve) => setImmediate(resolve))
        log.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      }
    const results = await Promise.allSettled([inTurn(work('a')), inTurn(work('b', true)), inTurn(work('c'))])
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends'])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await inTurn(work('d'))).toBe('d')
  })
})
