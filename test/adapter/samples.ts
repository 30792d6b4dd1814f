import type { ArgScalarType } from '@prisma/driver-adapter-utils'

/** Values of every type of PostgreSQL that Prisma meets, and of some that it refuses. */
export const samples: [type: string, scalarType: ArgScalarType, ...values: unknown[]][] = [
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

/** As Prisma names the types whose values it writes in a way of their own. */
export const dbTypes: Record<string, string> = { date: 'DATE', 'time(3)': 'TIME', 'timetz(3)': 'TIMETZ' }
