import { PrismaPg } from '@prisma/adapter-pg'
import type { ArgScalarType, SqlDriverAdapter, SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { iamAdapter } from '../../src/adapter/factory.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

/** Whatever Prisma asks, `iamAdapter` answers as `PrismaPg` does: each has a database of its own, with the same in it. */
let server: TestPostgres
let plain: SqlDriverAdapter
let ours: SqlDriverAdapter

beforeAll(async () => {
  server = await testPostgres()
  const urls: string[] = []
  for (const _ of ['plain', 'ours']) {
    const database = await server.createDatabase()
    await (await server.connect({ database })).query(tables)
    urls.push(server.urlOf(database))
  }
  const [plainUrl = '', url = ''] = urls
  plain = await new PrismaPg({ connectionString: plainUrl, max: 1 }).connect()
  ours = await iamAdapter({ url, pool: { max: 1 } }, { env: {} }).connect()
})
afterAll(async () => {
  await plain.dispose()
  await ours.dispose()
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

type Method = 'queryRaw' | 'executeRaw'

/** A result or an error with all that Prisma sees of it. */
async function told(on: SqlQueryable, method: Method, query: SqlQuery): Promise<unknown> {
  try {
    return await on[method]({ ...query, args: [...query.args] })
  } catch (error) {
    const { message, cause } = error as Error
    // A prepared statement has a name, which is told with some errors.
    return JSON.parse(JSON.stringify({ message, cause: cause ?? null }).replace(/\\"iam\d+\\"/g, '\\"\\"'))
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

const samples: [type: string, scalarType: ArgScalarType, ...values: unknown[]][] = [
  ['boolean', 'boolean', true, false],
  ['smallint', 'int', 0, -32_768],
  ['int', 'int', 2_147_483_647, '12'],
  ['bigint', 'bigint', '-9223372036854775808', 9007199254740993n],
  ['real', 'float', 1.5, 'NaN', '-Infinity'],
  ['double precision', 'float', 0.1, -0, 1e308, Number.POSITIVE_INFINITY],
  ['numeric(40,10)', 'decimal', '123456789012345678901234567890.0123456789', '0'],
  ['money', 'decimal', '12.34'],
  ['text', 'string', '', 'ä€😀"\\\n', 'x'.repeat(100_000)],
  ['varchar(3)', 'string', 'abc'],
  ['char(5)', 'string', 'ab'],
  ['"char"', 'string', 'c'],
  ['name', 'string', 'pg_class'],
  ['citext_is_not_here', 'string', 'x'],
  ['uuid', 'uuid', '6f2a3a7e-5f0d-4d8c-9a65-0d4d9f2f5d11'],
  ['json', 'json', '{"a": [1, null, "\\u00e4"]}', '"x"', 'null'],
  ['jsonb', 'json', '{"b":1,"a":2}', '[]'],
  ['bytea', 'bytes', 'AAH/', '', new Uint8Array([1, 2, 255])],
  ['date', 'datetime', '2026-02-28T23:59:59.999Z', '0044-03-15T00:00:00.000Z'],
  ['time(3)', 'datetime', '1970-01-01T12:34:56.789Z'],
  ['timetz(3)', 'datetime', '1970-01-01T12:34:56.789Z'],
  ['timestamp(3)', 'datetime', '2026-02-28T23:59:59.999Z', new Date(0)],
  ['timestamptz(3)', 'datetime', '2026-02-28T23:59:59.999Z'],
  ['inet', 'string', '10.0.0.1/8'],
  ['cidr', 'string', '10.0.0.0/8'],
  ['bit(3)', 'string', '101'],
  ['varbit', 'string', '1'],
  ['xml', 'string', '<a>b</a>'],
  ['oid', 'int', 4_294_967_295],
  ['mood', 'enum', 'sad, "very"'],
  ['positive', 'int', 7, -7],
  ['pair', 'string', '(1,"x,y")'],
  ['point', 'string', '(1,2)'],
  ['int4range', 'string', '[1,5)'],
  ['interval', 'string', '1 day'],
  ['tsvector', 'string', 'a b'],
]

const dbTypes: Record<string, string> = { date: 'DATE', 'time(3)': 'TIME', 'timetz(3)': 'TIMETZ' }

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
      ask('SELECT $1::int, $2::int', [1]),
      ask('SELECT 1', [1]),
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
