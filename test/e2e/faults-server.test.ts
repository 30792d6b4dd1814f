import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { placeOrder, stockShelves } from '../../examples/shop/orders.ts'
import { PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import type { IamOptions } from '../../src/config/options.ts'
import { type IamPool, iamPool } from '../../src/connect/pool.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { type LoadError, startLoad } from '../support/load.ts'
import { deployShop } from '../support/shop.ts'

/** As many as there are workers: each worker has one query at a time, and each connection that dies takes one along. */
const connections = 4
let emulator: TestEmulator
let orders = 0
const prismas: PrismaClient[] = []
const pools: IamPool[] = []

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds', database: 'shop' })
  await deployShop(emulator)
  const prisma = shop()
  await stockShelves(prisma)
  // Whoever orders first is made a customer, which two cannot do at once.
  await buy(prisma)
})
afterEach(async () => {
  emulator.faults.clear()
  await Promise.all([
    ...prismas.splice(0).map((prisma) => prisma.$disconnect()),
    ...pools.splice(0).map((pool) => pool.end()),
  ])
})
afterAll(() => emulator.stop())

function shop(pool: IamOptions['pool'] = {}): PrismaClient {
  const adapter = iamAdapter({ ...emulator.options, pool: { max: connections, ...pool } }, { env: {} })
  // Prisma gives up the start of a transaction after two seconds; a busy machine may need as long for a new login.
  const prisma = new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000 } })
  prismas.push(prisma)
  return prisma
}

function plain(pool: IamOptions['pool'] = {}): IamPool {
  const made = iamPool({ ...emulator.options, pool: { max: connections, ...pool } }, { env: {} })
  pools.push(made)
  return made
}

const buy = (prisma: PrismaClient) => {
  orders += 1
  return placeOrder(prisma, `S-${orders}`, 'ada@example.com', [{ sku: 'BEAN-1', quantity: 1 }])
}
const read = (prisma: Pick<PrismaClient, 'order'>) => prisma.order.findFirst({ include: { items: true } })
const write = (prisma: PrismaClient) => prisma.category.update({ where: { slug: 'coffee' }, data: { name: 'Coffee' } })
const messages = (errors: readonly LoadError[]) => errors.map(({ message }) => message).join('\n')

function repeat<Client>(query: (client: Client) => Promise<unknown>, client: Client): () => Promise<unknown> {
  return () => query(client)
}

describe.each<[string, () => () => Promise<unknown>]>([
  ['queries of PrismaClient', () => repeat(read, shop())],
  ['transactions of PrismaClient', () => repeat(buy, shop())],
  ['queries of iamPool', () => repeat((pool) => pool.query('SELECT 1'), plain())],
])('%s', (_what, makeQuery) => {
  it('fail once for each connection, at the most, when all backends are killed', async () => {
    const load = startLoad(makeQuery(), connections)
    await load.more(20)
    expect(await emulator.faults.killBackends('app')).toBeGreaterThan(0)
    await load.more(40)
    const failed = await load.stop()
    expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
  })

  it('fail once for each connection, at the most, when every socket is reset', async () => {
    const load = startLoad(makeQuery(), connections)
    await load.more(20)
    expect(emulator.faults.reset()).toBeGreaterThan(0)
    await load.more(40)
    const failed = await load.stop()
    expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
  })

  it.each(['refused', 'starting'] as const)(
    'fail once for each connection, at the most, when the server restarts: newcomers meanwhile are %s',
    async (meanwhile) => {
      const load = startLoad(makeQuery(), connections)
      await load.more(20)
      await emulator.faults.restart({ downMs: 500, meanwhile })
      await load.more(40)
      const failed = await load.stop()
      expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
    },
  )
})

describe('half-open sockets', () => {
  it('cost an app with a query_timeout one query for each connection', async () => {
    const prisma = shop({ query_timeout: 300 })
    const load = startLoad(() => read(prisma), connections)
    await load.more(20)
    emulator.faults.freeze('connected')
    await load.more(40)
    const failed = await load.stop()
    expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
    expect(messages(failed)).toContain('timeout')
  })

  it('cost transactions no more: a connection that Prisma gives back without a word of the timeout is not used again', async () => {
    const prisma = shop({ max: 1, query_timeout: 300 })
    const cut = prisma.$transaction(async (tx) => {
      await read(tx)
      emulator.faults.freeze('connected')
      await read(tx)
    })
    await expect(cut).rejects.toThrow('timeout')
    await expect(read(prisma)).resolves.not.toBeNull()
  })

  it('hold an app without a query_timeout up as long as they last', async () => {
    const prisma = shop()
    await read(prisma)
    emulator.faults.freeze('connected')
    let answered = false
    const query = read(prisma).then(() => {
      answered = true
    })
    await sleep(1_000)
    expect(answered).toBe(false)
    emulator.faults.thaw()
    await query
  })

  it('and silence for newcomers cost each worker one query in each connect timeout', async () => {
    const frozenMs = 1_500
    const timeoutMs = 400
    const prisma = shop({ query_timeout: 300, connectionTimeoutMillis: timeoutMs })
    const load = startLoad(() => read(prisma), connections)
    await load.more(20)
    emulator.faults.freeze('everyone')
    await sleep(frozenMs)
    emulator.faults.thaw()
    await load.more(40)
    const failed = await load.stop()
    expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections * (1 + Math.ceil(frozenMs / timeoutMs)))
    expect(messages(failed)).toContain('TCP was answered, TLS or PostgreSQL behind it was not')
    await buy(prisma)
  })
})

describe('a failover', () => {
  it('costs writers one query for each connection, at the most, and readers none, when the name follows at once', async () => {
    const prisma = shop()
    const writers = startLoad(() => write(prisma), 2)
    const readers = startLoad(() => read(prisma), 2)
    await Promise.all([writers.more(20), readers.more(20)])
    emulator.faults.failover()
    await Promise.all([writers.more(40), readers.more(40)])
    const failed = await writers.stop()
    expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
    expect(messages(failed)).toContain('read-only transaction')
    expect(await readers.stop()).toEqual([])
    await buy(prisma)
  })

  it('fails the writes that are asked for until the name follows, no read, and needs no restart', async () => {
    const prisma = shop()
    const writers = startLoad(() => write(prisma), 2, 20)
    const readers = startLoad(() => read(prisma), 2, 20)
    await Promise.all([writers.more(10), readers.more(10)])
    const lagMs = 400
    emulator.faults.failover({ dnsLagMs: lagMs })
    await Promise.all([writers.more(20), readers.more(40)])
    const failed = await writers.stop()
    expect(failed.length).toBeLessThanOrEqual(connections + 2 * Math.ceil(lagMs / 20))
    expect(failed.every(({ message }) => message.includes('read-only transaction'))).toBe(true)
    expect(await readers.stop()).toEqual([])
    await buy(prisma)
  })

  it('to a reader for good leaves reads alone, and writes go on when it is the writer again', async () => {
    const prisma = shop()
    await buy(prisma)
    emulator.faults.failover({ dnsLagMs: Number.POSITIVE_INFINITY })
    for (let time = 0; time < 5; time += 1) {
      await expect(write(prisma)).rejects.toThrow('read-only transaction')
      await expect(buy(prisma)).rejects.toThrow('read-only transaction')
      await expect(read(prisma)).resolves.not.toBeNull()
    }
    emulator.faults.failover()
    await buy(prisma)
  })

  it('with all sessions ended besides costs a pool one query for each connection, at the most', async () => {
    const pool = plain()
    const load = startLoad(() => pool.query('UPDATE "Category" SET name = name'), connections)
    await load.more(20)
    emulator.faults.failover()
    emulator.faults.reset()
    await load.more(40)
    const failed = await load.stop()
    expect(failed.length, messages(failed)).toBeLessThanOrEqual(connections)
  })
})
