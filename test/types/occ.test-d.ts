import type pg from 'pg'
import { type ClientExtension, dsql, iamAdapter, type OccRetryOptions, occRetry, withOccRetry } from 'prisma-iam'
import { expectTypeOf } from 'vitest'
import { PrismaClient } from '../../generated/prisma/client.ts'

// Compiled by `npm test`, never run: an extended client has the types of the one underneath.

const plain = new PrismaClient({ adapter: iamAdapter() })
const greeted = plain.$extends({ client: { $greeting: (): string => 'hello' } })
const retrying = plain.$extends(occRetry({ tries: 3, onRetry: ({ operation }) => operation.trim() }))
const onDsql = greeted.$extends(dsql()).$extends({
  result: { order: { label: { needs: { number: true }, compute: ({ number }) => `#${number}` } } },
})

const listed = { include: { items: { include: { product: true } } } } as const
type Orders = Awaited<ReturnType<typeof listPlain>>
const listPlain = () => plain.order.findMany(listed)
expectTypeOf(retrying.order.findMany(listed)).resolves.toEqualTypeOf<Orders>()
expectTypeOf(retrying.order.findMany(listed)).resolves.not.toBeAny()
expectTypeOf(retrying.$transaction([retrying.order.count(), retrying.order.findMany(listed)])).resolves.toEqualTypeOf<
  [number, Orders]
>()
expectTypeOf(retrying.$transaction((tx) => tx.order.findMany(listed))).resolves.toEqualTypeOf<Orders>()
expectTypeOf(retrying.$queryRaw<{ one: number }[]>`SELECT 1 AS one`).resolves.toEqualTypeOf<{ one: number }[]>()
// @ts-expect-error a model that does not exist
void retrying.orders
// @ts-expect-error a field that does not exist
void retrying.order.findMany({ where: { nmber: 'x' } })
// @ts-expect-error a transaction has no connection of its own to open
void retrying.$transaction((tx) => tx.$connect())

// What others add, before and after, stays.
expectTypeOf(onDsql.$greeting()).toEqualTypeOf<string>()
expectTypeOf(onDsql.$transaction(async (tx) => tx.$greeting())).resolves.toEqualTypeOf<string>()
expectTypeOf(onDsql.order.findFirstOrThrow()).resolves.toHaveProperty('label').toEqualTypeOf<string>()

expectTypeOf(occRetry()).toEqualTypeOf<ClientExtension>()
// @ts-expect-error an unknown option
occRetry({ retries: 3 })
// @ts-expect-error a number of milliseconds
dsql({ budgetMs: '1s' })

declare const pool: pg.Pool
const options: OccRetryOptions = { maxMs: 100 }
expectTypeOf(
  withOccRetry(pool, (client) => client.query<{ one: number }>('SELECT 1 AS one'), options),
).resolves.toEqualTypeOf<pg.QueryResult<{ one: number }>>()
