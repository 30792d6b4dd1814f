import { readdirSync, readFileSync } from 'node:fs'
import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter, SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Prisma, PrismaClient } from '../../generated/prisma/client.ts'
import { iamAdapter } from '../../src/adapter/factory.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { dbTypes, samples } from './samples.ts'

/** Whatever Prisma asks, `iamAdapter` answers as `PrismaPg` does: each has a database of its own, with the same in it. */
let server: TestPostgres
let plain: SqlDriverAdapter
let ours: SqlDriverAdapter
let plainPrisma: PrismaClient
let ourPrisma: PrismaClient

beforeAll(async () => {
  server = await testPostgres()
  const urls: string[] = []
  for (const _ of ['plain', 'ours']) {
    const database = await server.createDatabase()
    const superuser = await server.connect({ database })
    await superuser.query(tables)
    for (const script of shop) await superuser.query(script)
    urls.push(server.urlOf(database))
  }
  const [plainUrl = '', url = ''] = urls
  const plainFactory = new PrismaPg({ connectionString: plainUrl, max: 1 })
  const ourFactory = iamAdapter({ url, pool: { max: 1 } }, { env: {} })
  plain = await plainFactory.connect()
  ours = await ourFactory.connect()
  plainPrisma = new PrismaClient({ adapter: plainFactory })
  ourPrisma = new PrismaClient({ adapter: ourFactory })
})
afterAll(async () => {
  await Promise.all([plain.dispose(), ours.dispose(), plainPrisma.$disconnect(), ourPrisma.$disconnect()])
  await server.stop()
})

const tables = `
  CREATE TYPE mood AS ENUM ('glad', 'so so', 'sad, "very"');
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE TYPE pair AS (a int, b text);
  CREATE TABLE item (id int PRIMARY KEY, name varchar(5) UNIQUE, parent int REFERENCES item, size positive, mood mood);
  CREATE TABLE changing (id int, at date, mood mood);
  INSERT INTO changing VALUES (1, '2026-01-01', 'glad'), (2, NULL, NULL);
  CREATE SCHEMA other;
  CREATE TABLE other.changing (id int, name text);
  CREATE FUNCTION fail(text) RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no: %', $1 USING ERRCODE = 'P0042', DETAIL = 'd', HINT = 'h'; END $$;
  CREATE PROCEDURE twice(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN n := n * 2; END $$`

const shop = readdirSync('prisma/migrations')
  .filter((name) => !name.includes('.'))
  .sort()
  .map((name) => readFileSync(`prisma/migrations/${name}/migration.sql`, 'utf8'))

type Method = 'queryRaw' | 'executeRaw'

/** A result or an error with all that Prisma sees of it. */
async function told(on: SqlQueryable, method: Method, query: SqlQuery): Promise<unknown> {
  try {
    return await on[method]({ ...query, args: [...query.args] })
  } catch (error) {
    const { message, cause } = error as Error
    return { message, cause }
  }
}

function ask(sql: string, args: unknown[] = [], types: SqlQuery['argTypes'] = []): SqlQuery {
  const unknown = args.map(() => ({ scalarType: 'unknown' as const, arity: 'scalar' as const }))
  return { sql, args, argTypes: types.length > 0 ? types : unknown }
}

/** Several times alone, and several times in a transaction, so that it runs parsed, prepared, and behind BEGIN. */
async function answers(adapter: SqlDriverAdapter, method: Method, query: SqlQuery): Promise<unknown[]> {
  const all: unknown[] = []
  for (const _ of ['new', 'prepared now', 'prepared before']) all.push(await told(adapter, method, query))
  const transaction = await adapter.startTransaction()
  for (const _ of ['first', 'second']) all.push(await told(transaction, method, query))
  all.push(await told(transaction, 'executeRaw', ask('ROLLBACK')))
  await transaction.rollback()
  return all
}

async function expectSame(query: SqlQuery, methods: Method[] = ['queryRaw', 'executeRaw']): Promise<void> {
  for (const method of methods) {
    const expected = await answers(plain, method, query)
    expect(await answers(ours, method, query), query.sql.slice(0, 200)).toEqual(expected)
  }
}

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const day = new Date('2026-01-01')

/** Alone and in transactions, each of them rolled back. */
async function toldByPrisma(prisma: PrismaClient, work: (db: Prisma.TransactionClient) => Promise<unknown>) {
  const all: unknown[] = []
  const note = async (db: Prisma.TransactionClient) => {
    const result = await work(db).catch(({ name, code, message, meta }) => ({ name, code, message, meta }))
    all.push(result)
  }
  for (const _ of ['new', 'prepared now', 'prepared before']) await note(prisma)
  const rolledBack = prisma.$transaction(async (tx) => {
    for (const _ of ['first', 'second']) await note(tx)
    throw new Error('enough')
  })
  await expect(rolledBack).rejects.toThrow('enough')
  return all
}

describe('iamAdapter answers as PrismaPg', () => {
  it('to every type, alone and in lists, with nulls', { timeout: 30_000 }, async () => {
    for (const [type, scalarType, ...values] of samples) {
      const dbType = dbTypes[type]
      const scalar = { scalarType, arity: 'scalar', ...(dbType === undefined ? {} : { dbType }) } as const
      const list = { ...scalar, arity: 'list' } as const
      for (const value of [...values, null]) {
        await expectSame(ask(`SELECT $1::${type} AS v, NULL::${type} AS n`, [value], [scalar]), ['queryRaw'])
      }
      await expectSame(ask(`SELECT $1::${type}[] AS v, $2::${type}[]`, [[...values, null], []], [list, list]), [
        'queryRaw',
      ])
    }
  })

  it('to whatever a raw query has for values', async () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const recursive: Record<string, unknown> = { toPostgres: () => recursive }
    const odd: unknown[] = [
      [undefined, 0, -0, Number.NaN, 10n ** 30n, true, '', '\0', '\ud800', Symbol('s'), () => 1],
      [{}, { a: [1] }, { toJSON: () => undefined }, { toPostgres: () => [1, 'x'] }, new Map([[1, 2]]), /x/],
      [new Date(1e12), new Date(Number.NaN), Buffer.from('x'), new Uint8Array(2), new DataView(new ArrayBuffer(2))],
      [[], [[]], [1, 'a', null, undefined], [[1, 2], [3]], ['a,"b"\\'], [{ a: 1 }], [Buffer.from('x'), new Date(0)]],
      [circle, recursive, [circle], Object.create(null), new Number(1), new String('x'), new Proxy([1], {})],
    ].flat()
    for (const value of odd)
      for (const type of ['text', 'jsonb']) await expectSame(ask(`SELECT $1::${type} AS v`, [value]), ['queryRaw'])
  })

  it('to statements of every kind, with as many parameters as they take', async () => {
    const many = Array.from({ length: 2_000 }, (_, at) => at)
    const places = many.map((at) => `$${at + 1}::int`).join()
    const statements = [
      ask('SELECT'),
      ask('SELECT FROM generate_series(1, $1)', [3]),
      ask('SELECT 1 AS a, 2 AS a, $1::int AS a', [3]),
      ask('SELECT * FROM generate_series(1, $1::int) n WHERE n < 0', [1]),
      ask('VALUES ($1::int), (2)', [1]),
      ask(`SELECT ${places}`, many),
      ask(`SELECT '${'long '.repeat(20_000)}', $1::int`, [1]),
      ask(`SELECT n, repeat('x', n) FROM generate_series(1, $1::int) n`, [200]),
      ask('', []),
      ask('-- nothing', []),
      ask('SELECT 1; SELECT 2'),
      ask('SELECT $1::int; SELECT 2', [1]),
      ask('EXPLAIN (COSTS OFF) SELECT $1::int', [1]),
      ask('SHOW server_version'),
      ask('CALL twice($1)', [21]),
      ask('DO $$ BEGIN RAISE NOTICE $q$x$q$; END $$'),
      ask('SELECT fail($1)', ['x']),
      ask('SELECT 1 / $1::int', [0]),
      ask('SELECT (9 / n)::text FROM generate_series(3, $1::int, -1) n', [0]),
      ask('SELECT $1::int + 2147483647', [1]),
      ask('SELECT nothing FROM item WHERE id = $1', [1]),
      ask('SELECT * FROM nothing WHERE id = $1', [1]),
      ask('SELEKT $1', [1]),
      ask('COPY item FROM STDIN'),
      ask('PREPARE TRANSACTION $$x$$'),
      ask('COMMIT'),
      ask('SAVEPOINT a'),
      ask('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'),
      ask('LISTEN x'),
      ask('DEALLOCATE nobody'),
    ]
    for (const statement of statements) await expectSame(statement)
  })

  it('to writes, and to what constraints refuse', async () => {
    const item = 'INSERT INTO item (id, name, parent, size, mood) VALUES ($1, $2, $3, $4, $5)'
    const writes = [
      ask(item, [1, 'a', null, 1, 'glad']),
      ask(`${item} ON CONFLICT (id) DO UPDATE SET size = item.size + 1 RETURNING *`, [1, 'a', null, 1, 'glad']),
      ask(`${item} ON CONFLICT DO NOTHING RETURNING id`, [1, 'a', null, 1, 'glad']),
      ask(item, [null, 'a', null, 1, 'glad']),
      ask(item, [2, 'a', null, 1, 'glad']),
      ask(item, [3, 'too long', null, 1, 'glad']),
      ask(item, [4, 'd', 99, 1, 'glad']),
      ask(item, [5, 'e', null, -1, 'glad']),
      ask(item, [6, 'f', null, 1, 'angry']),
      ask('INSERT INTO item SELECT 100 * $1 + n FROM generate_series(1, 3) n RETURNING id', [1]),
      ask('UPDATE item SET size = $1 WHERE id > $2 RETURNING id, size', [5, 100]),
      ask('UPDATE item SET size = $1 WHERE false', [5]),
      ask('WITH gone AS (DELETE FROM item WHERE id = $1 RETURNING id) SELECT count(*) FROM gone', [101]),
      ask('DELETE FROM item WHERE id > $1', [1]),
      ask('MERGE INTO item USING (VALUES ($1::int)) v (n) ON id = n WHEN MATCHED THEN UPDATE SET size = 9', [1]),
      ask('CREATE TABLE copied AS SELECT * FROM item'),
      ask('DROP TABLE IF EXISTS copied'),
      ask('TRUNCATE item'),
    ]
    for (const write of writes) await expectSame(write)
  })

  it('to a client of the shop, with its errors', async () => {
    const tea = { id: id(1), slug: 'tea', name: 'Tea' }
    const product = { id: id(2), sku: 'T-1', name: 'Assam', price: '12.30', attributes: { leaf: [1, null, 'ä'] } }
    const work: ((db: Prisma.TransactionClient) => Promise<unknown>)[] = [
      (db) => db.category.create({ data: tea }),
      (db) => db.category.upsert({ where: { slug: 'tea' }, create: tea, update: { name: 'Teas' } }),
      (db) => db.product.create({ data: { ...product, createdAt: day, category: { connect: { slug: 'tea' } } } }),
      (db) =>
        db.product.createMany({ data: [3, 4].map((n) => ({ id: id(n), name: `p${n}`, price: n, categoryId: id(1) })) }),
      (db) => db.product.findMany({ orderBy: { id: 'asc' }, select: { id: true, price: true, attributes: true } }),
      (db) => db.product.findUnique({ where: { sku: 'T-1' }, include: { category: true, items: true, stock: true } }),
      (db) =>
        db.product.updateManyAndReturn({ where: { price: { gt: 3 } }, data: { active: false }, select: { id: true } }),
      (db) => db.product.update({ where: { id: id(9) }, data: { name: 'nobody' } }),
      (db) =>
        db.product.findMany({
          where: { id: { in: Array.from({ length: 300 }, (_, n) => id(n)) } },
          select: { id: true },
        }),
      (db) =>
        db.product.aggregate({ _sum: { price: true }, _count: true, _max: { createdAt: true }, where: { sku: 'T-1' } }),
      (db) => db.product.groupBy({ by: ['active'], _avg: { price: true }, orderBy: { active: 'asc' } }),
      (db) => db.product.create({ data: { name: 'x', price: 1, categoryId: id(8) } }),
      (db) => db.product.create({ data: { name: 'x', price: '99999999999999', categoryId: id(1) } }),
      (db) => db.product.deleteMany({ where: { id: { in: [id(3), id(4)] } } }),
      (db) =>
        db.$queryRaw`SELECT id, price, "createdAt", attributes, ${undefined}::text AS u, ${[1, 2]}::int[] AS l FROM "Product" WHERE id = ${id(2)}::uuid`,
      (db) =>
        db.$queryRaw`SELECT ${1n}::bigint AS b, ${new Date(0)}::timestamptz AS d, ${Buffer.from('x')}::bytea AS y, ${{ a: 1 }}::jsonb AS j`,
      (db) => db.$executeRaw`UPDATE "Product" SET name = name WHERE price > ${1}`,
      (db) => db.$executeRawUnsafe('UPDATE "Product" SET name = $1 WHERE nothing', 'x'),
      (db) => db.$queryRaw`SELECT ${'x'}::int`,
    ]
    for (const each of work) {
      const expected = await toldByPrisma(plainPrisma, each)
      expect(await toldByPrisma(ourPrisma, each), String(each)).toEqual(expected)
    }
  })

  it('after migrations and whatever its user does to the session', { timeout: 30_000 }, async () => {
    const paths = ['public', 'other, public']
    const changes = [
      'ALTER TABLE changing ADD extra text DEFAULT $$x$$',
      'ALTER TABLE changing DROP extra',
      'ALTER TABLE changing RENAME id TO number; ALTER TABLE changing RENAME number TO id; ALTER TABLE changing ADD more int',
      'ALTER TABLE changing ALTER at TYPE text; ALTER TABLE changing ALTER id TYPE bigint',
      'ALTER TABLE changing ALTER id TYPE int',
      'ALTER TYPE mood RENAME VALUE $$glad$$ TO $$happy$$',
      'ALTER TYPE mood RENAME VALUE $$happy$$ TO $$glad$$',
      'ALTER TABLE changing ALTER mood TYPE text',
      'DROP TABLE changing; CREATE TABLE changing AS SELECT 1::numeric AS id, $${1,2}$$::int[] AS at, NULL::mood AS mood',
      'DISCARD ALL',
      'DEALLOCATE ALL',
      ...paths.map((path) => `SET search_path = ${path}`),
    ]
    const queries = [
      ask('SELECT * FROM changing WHERE id <> $1', [-1]),
      ask('SELECT c FROM changing c WHERE id <> $1', [-1]),
      ask('UPDATE changing SET id = id WHERE id <> $1 RETURNING *', [-1]),
      ask('SELECT id, $1::int AS one FROM changing', [1]),
      ask('DELETE FROM changing WHERE id = $1', [-1]),
    ]
    const run = fc.record({
      change: fc.option(fc.constantFrom(...changes)),
      asked: fc.array(fc.constantFrom(...queries)),
    })
    const expectSameNow = async (method: Method, query: SqlQuery) => {
      // After an error `PrismaPg` has another connection, and with it another session.
      const [[path] = []] = (await ours.queryRaw(ask('SHOW search_path'))).rows
      await plain.executeRaw(ask(`SET search_path = ${path}`))
      const expected = await told(plain, method, query)
      expect(await told(ours, method, query), query.sql).toEqual(expected)
    }
    await fc.assert(
      fc.asyncProperty(fc.array(run, { maxLength: 6 }), async (runs) => {
        for (const { change, asked } of runs) {
          if (change) await expectSameNow('executeRaw', ask(change))
          for (const query of asked) await expectSameNow('queryRaw', query)
        }
      }),
      { numRuns: 30 },
    )
  })
})
