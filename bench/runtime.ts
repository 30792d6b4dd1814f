import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { iamAdapter, iamPool } from 'prisma-iam'
import { placeOrder, stockShelves } from '../examples/shop/orders.ts'
import { PrismaClient } from '../generated/prisma/client.ts'
import { coldStarts } from './cold-start.ts'
import { type Comparison, interleave } from './rounds.ts'
import { dialler, openShop, ours, plain, type Stand, startStand, tokenFor } from './stand.ts'

/** The runtime against plain `PrismaPg` with a static password, and the pool against AWS's own connector. */
export async function measure(): Promise<void> {
  const rds = await startStand('rds')
  const dsql = await startStand('dsql')
  try {
    await openShop(rds)
    const rows = [...(await throughPrisma(rds)), ...(await throughPools(dsql))]
    for (const { what, concurrency, result } of rows) print(what, concurrency, result)
    const violations = await uniqueViolations(rds)
    console.log(
      `1,000 unique violations opened ${violations.ours} connections through iamAdapter, ${violations.theirs} through PrismaPg`,
    )
    const cold = await coldStarts(rds, coldRounds)
    console.log(
      `a cold start takes ${cold.moreMs} ms more: ours ${JSON.stringify(cold.ours)}, theirs ${JSON.stringify(cold.theirs)}`,
    )
    write({ rows, violations, cold })
  } finally {
    await Promise.all([rds.stop(), dsql.stop()])
  }
}

interface Row {
  what: string
  concurrency: number
  result: Comparison
}

// Many short rounds: what else the machine does then meets both sides alike.
const rounds = Number(process.env.BENCH_ROUNDS ?? 31)
const coldRounds = 9
const roundMs = Number(process.env.BENCH_ROUND_MS ?? 200)

/** The other's static password is a token that it keeps, so that the emulator leads both to PostgreSQL the same way. */
async function throughPrisma(stand: Stand): Promise<Row[]> {
  const max = 20
  const a = new PrismaClient({ adapter: iamAdapter({ ...ours(stand, 'app'), pool: { max } }, { env: {} }) })
  const b = new PrismaClient({ adapter: new PrismaPg({ ...plain(stand, 'app', await tokenFor(stand, 'app')), max }) })
  await stockShelves(a)
  await placeOrder(a, 'B-1', 'bench@example.com', [
    { sku: 'BEAN-1', quantity: 1 },
    { sku: 'FILTER', quantity: 2 },
  ])
  const order = { where: { number: 'B-1' } }
  const operations: Record<string, (prisma: PrismaClient, turn: number) => Promise<unknown>> = {
    findUnique: (prisma) => prisma.order.findUnique(order),
    'include, two levels': (prisma) =>
      prisma.order.findUnique({ ...order, include: { items: { include: { product: true } } } }),
    'transaction of three': (prisma) =>
      prisma.$transaction(async (tx) => {
        await tx.order.findUnique(order)
        await tx.product.findMany()
        await tx.order.count()
      }),
    // Last, because what it leaves behind of old rows slows every scan of their table.
    update: (prisma, turn) =>
      prisma.product.update({
        where: { sku: ['BEAN-1', 'BEAN-2', 'FILTER'][turn % 3] as string },
        data: { active: true },
      }),
  }
  const rows: Row[] = []
  for (const [what, operation] of Object.entries(operations)) {
    for (const concurrency of [1, 16, 64]) {
      const result = await interleave(
        { name: 'iamAdapter', operation: (turn) => operation(a, turn) },
        { name: 'PrismaPg', operation: (turn) => operation(b, turn) },
        { concurrency, rounds, roundMs },
      )
      rows.push({ what, concurrency, result })
    }
  }
  await Promise.all([a.$disconnect(), b.$disconnect()])
  return rows
}

/** Both with credentials from the environment, as the connector's README has it, and both with a provider of one's own. */
async function throughPools(stand: Stand): Promise<Row[]> {
  const { accessKeyId, secretAccessKey } = stand
  const { credentials, ...here } = ours(stand, 'admin')
  const there = { ...plain(stand, 'admin', ''), stream: () => dialler(stand.host, stand.port) }
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey })
  const provider = async () => credentials
  const ways = {
    'credentials from the environment': [{}, {}],
    'a provider': [{ credentials: provider }, { customCredentialsProvider: provider }],
  } as const
  const queries: Record<string, (pool: pg.Pool, turn: number) => Promise<unknown>> = {
    'SELECT 1': (pool) => pool.query('SELECT 1'),
    'a row by its key': (pool, turn) => pool.query('SELECT id, name FROM item WHERE id = $1', [turn % shelf]),
  }
  const admin = iamPool({ ...here, credentials }, { env: {} })
  await admin.query('CREATE TABLE item (id int PRIMARY KEY, name text)')
  await admin.query(`INSERT INTO item SELECT id, 'item ' || id FROM generate_series(0, ${shelf - 1}) AS id`)
  await admin.end()
  const rows: Row[] = []
  for (const [way, [mine, their]] of Object.entries(ways)) {
    const max = 16
    const a = iamPool({ ...here, ...mine, pool: { max } })
    const b = new (peers().AuroraDSQLPool)({ ...there, ...their, max })
    for (const [query, operation] of Object.entries(queries)) {
      for (const concurrency of [1, 16]) {
        const result = await interleave(
          { name: 'iamPool', operation: (turn) => operation(a, turn) },
          { name: 'AuroraDSQLPool', operation: (turn) => operation(b, turn) },
          { concurrency, rounds, roundMs },
        )
        rows.push({ what: `${query}, pool against AuroraDSQLPool, ${way}`, concurrency, result })
      }
    }
    await Promise.all([a.end(), b.end()])
  }
  return rows
}

const shelf = 100

/** AWS's own connector, in a folder of its own so that only those who measure install it. */
function peers(): { AuroraDSQLPool: new (config: pg.PoolConfig & { customCredentialsProvider?: unknown }) => pg.Pool } {
  return createRequire(join(import.meta.dirname, 'peers/package.json'))('@aws/aurora-dsql-node-postgres-connector')
}

async function uniqueViolations(stand: Stand): Promise<{ ours: number; theirs: number }> {
  const count = async (prisma: PrismaClient) => {
    await prisma.category.count()
    const opened = await connectionsOf(stand)
    for (let turn = 0; turn < 1000; turn += 1) {
      await prisma.category.create({ data: { slug: 'all', name: 'again' } }).catch(() => undefined)
    }
    const after = await connectionsOf(stand)
    await prisma.$disconnect()
    return after - opened
  }
  return {
    ours: await count(new PrismaClient({ adapter: iamAdapter(ours(stand, 'app'), { env: {} }) })),
    theirs: await count(new PrismaClient({ adapter: new PrismaPg(plain(stand, 'app', await tokenFor(stand, 'app'))) })),
  }
}

/** PostgreSQL counts sessions a database; nobody else opens any meanwhile, but for the asker itself. */
async function connectionsOf(stand: Stand): Promise<number> {
  asker ??= iamPool({ ...ours(stand, stand.admin), pool: { max: 1, idleTimeoutMillis: 0 } }, { env: {} })
  await asker.query('SELECT pg_stat_clear_snapshot()')
  const { rows } = await asker.query<{ sessions: string }>(
    'SELECT sessions FROM pg_stat_database WHERE datname = current_database()',
  )
  return Number(rows[0]?.sessions)
}

let asker: ReturnType<typeof iamPool> | undefined

function print(what: string, concurrency: number, { ours: a, theirs: b, ratio }: Comparison): void {
  const side = ({ perSecond, p50Ms, p99Ms }: Comparison['ours']) => `${perSecond}/s p50 ${p50Ms} p99 ${p99Ms} ms`
  console.log(
    `${what.padEnd(80)} ×${String(concurrency).padEnd(3)} ${ratio.toFixed(2)}   ours ${side(a)}   theirs ${side(b)}`,
  )
}

function write(results: object): void {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length }
  writeFileSync(join(folder, 'runtime.json'), `${JSON.stringify({ machine, rounds, roundMs, ...results }, null, 2)}\n`)
}
