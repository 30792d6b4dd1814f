import { ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columnOf } from '../../src/engine/columns.ts'
import { openSession, type Session } from '../../src/engine/session.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres
let session: Session

beforeAll(async () => {
  server = await testPostgres()
  session = openSession(await server.connect())
  await session.script("CREATE TYPE mood AS ENUM ('ok'); SET TIME ZONE 'Asia/Kolkata'")
})
afterAll(async () => {
  await server.stop()
})

async function read(expression: string): Promise<[type: string | undefined, value: unknown]> {
  const { columns, rows } = await session.query(`SELECT ${expression}`, [])
  const column = columnOf(columns[0]?.oid ?? 0)
  const type = Object.entries(ColumnTypeEnum).find(([, number]) => number === column.type)?.[0]
  const text = rows[0]?.[0] ?? null
  return [type, text === null ? null : column.read(text)]
}

test.each<[string, string, unknown]>([
  [`'r'::"char"`, 'Character', 'r'],
  [`ARRAY['a','d']::"char"[]`, 'CharacterArray', ['a', 'd']],
  ['current_user::name', 'Text', 'postgres'],
  ['\'{a,"b,c",NULL}\'::name[]', 'TextArray', ['a', 'b,c', null]],
  ['4294967295::oid', 'Int64', '4294967295'],
  ["'{1,2}'::oid[]", 'Int64Array', ['1', '2']],
  ['9007199254740993::int8', 'Int64', '9007199254740993'],
  ['-7::int2', 'Int32', -7],
  ["'{1,NULL}'::int4[]", 'Int32Array', [1, null]],
  ['true', 'Boolean', true],
  ["'{t,f}'::bool[]", 'BooleanArray', [true, false]],
  ['1.50::numeric', 'Numeric', '1.50'],
  ["'pg_class'::regclass", 'Text', 'pg_class'],
  ["'int4'::regtype", 'Text', 'integer'],
  ["'ok'::mood", 'Text', 'ok'],
  ["'1 2'::int2vector", 'Text', '1 2'],
  [`'{"a": 1}'::jsonb`, 'Json', '{"a": 1}'],
  ["'2026-01-02 03:04:05.678'::timestamp", 'DateTime', '2026-01-02T03:04:05.678+00:00'],
  ["'2026-01-02 03:04:05+00'::timestamptz", 'DateTime', '2026-01-02T08:34:05+05:30'],
  ["'00000000-0000-0000-0000-000000000001'::uuid", 'Uuid', '00000000-0000-0000-0000-000000000001'],
  ["'\\x0102'::bytea", 'Bytes', Buffer.from([1, 2])],
  ['NULL::int4', 'Int32', null],
])('%s arrives as %s', async (expression, type, value) => {
  expect(await read(expression)).toEqual([type, value])
})
