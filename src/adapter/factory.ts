import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import type { Edges, IamOptions } from '../config/options.ts'
import { connectMethod, guardCheckouts } from '../connect/checkout.ts'
import { createGate, endMethod } from '../connect/closing.ts'
import { spreadLives } from '../connect/lifetime.ts'
import { type Opening, open } from '../connect/open.ts'
import { createStatementCache } from '../connect/statement-cache.ts'
import { PrismaIamError } from '../errors.ts'
import { type PrismaConnection, prismaConnection } from './connection.ts'
import { delegateAdapter } from './delegate.ts'

/**
 * Prisma's driver adapter with IAM logins: `new PrismaClient({ adapter: iamAdapter() })`.
 *
 * It is made without any I/O and reads options and environment at the first query, so builds and `prisma generate`
 * need neither. The first query fails with PRISMA_IAM_CONFIG_INVALID (every problem at once),
 * PRISMA_IAM_CONNECT_TRUST or PRISMA_IAM_TOKEN_CREDENTIALS where something is missing. After `$disconnect()` a later
 * query opens a new pool, with IAM still on.
 *
 * @example
 * ```ts
 * import { iamAdapter } from 'prisma-iam'
 * const prisma = new PrismaClient({ adapter: iamAdapter({ url: 'postgresql://app@db.cluster-x.eu-west-1.rds.amazonaws.com/shop' }) })
 * ```
 */
export function iamAdapter(options: IamOptions = {}, edges: Edges = {}): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: 'prisma-iam',
    connect: () => connect(options, edges),
    connectToShadowDb: async () => {
      throw new PrismaIamError(
        'PRISMA_IAM_ENGINE_UNSUPPORTED',
        'a shadow database is the business of the schema engine, not of the adapter of an app',
        { hint: 'give this adapter to PrismaClient; migrations go through `npx prisma-iam migrate`' },
      )
    },
  }
}

async function connect(options: IamOptions, edges: Edges): Promise<SqlDriverAdapter> {
  const opening = await open(options, edges)
  const { schema, adapter, endpoint, statementCache } = opening.resolved
  const cache = createStatementCache(statementCache)
  const inner = await new PrismaPg(
    { ...opening.pool, Client: prismaConnection(opening.pool.Client) },
    {
      ...(statementCache === 0 ? {} : { statementNameGenerator: ({ sql, args }) => cache.nameOf(sql, args.length) }),
      ...adapter,
      ...(schema === undefined ? {} : { schema }),
    },
  ).connect()
  const pool = inner.underlyingDriver()
  guard(pool, opening)
  pool.on('release', (_error, client) => {
    const connection = client as PoolConnection
    connection.forgetBegin()
    for (const name of cache.trim(connection)) connection.forgetStatement(name)
  })
  return delegateAdapter(inner, endpoint.capabilities, cache)
}

/** The pool is of the adapter's own copy of `pg`, so its methods are replaced instead of its class. */
function guard(pool: ReturnType<PrismaPgAdapter['underlyingDriver']>, { door }: Opening): void {
  const connect = pool.connect.bind(pool)
  const gate = createGate(guardCheckouts((callback) => connect(callback), pool, door))
  pool.connect = connectMethod(gate.checkout, (client) => (client as PoolConnection).expectBegin())
  pool.end = endMethod(gate, pool.end.bind(pool))
  spreadLives(pool.options, door.longestLifeSeconds, door.random)
}

type PoolConnection = pg.PoolClient & PrismaConnection

type PrismaPgAdapter = Awaited<ReturnType<PrismaPg['connect']>>
