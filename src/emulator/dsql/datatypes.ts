import type { ColumnDef, TypeName } from 'libpg-query-16'
import type { ServerError } from '../wire/messages.ts'
import { refusal } from './rules.ts'

// Recorded on 2026-09-18, but for the multiranges and macaddr8, which stand by their siblings.
const refused: ReadonlySet<string> = new Set([
  'money',
  'xml',
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
  'tsvector',
  'tsquery',
  'bit',
  'varbit',
  'pg_lsn',
  ...['int4', 'int8', 'num', 'ts', 'tstz', 'date'].flatMap((of) => [`${of}range`, `${of}multirange`]),
])

const serials: ReadonlySet<string> = new Set(['serial', 'bigserial', 'smallserial', 'serial2', 'serial4', 'serial8'])

// Names as the server displays them where they differ from those in pg_type.
const displayed: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bpchar: 'character',
  float4: 'real',
  float8: 'double precision',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  varbit: 'bit varying',
  varchar: 'character varying',
}

/** Why DSQL does not store this column's type, if so. */
export function refuseDatatype(column: ColumnDef): ServerError | undefined {
  const name = baseName(column.typeName)
  if (serials.has(name)) return refusal('serial', name)
  const array = (column.typeName?.arrayBounds ?? []).length > 0
  return array || refused.has(name) ? refusal('datatype', displayName(column.typeName)) : undefined
}

/** A type's name as the server shows it, such as `integer[]`. */
export function displayName(type: TypeName | undefined): string {
  const name = baseName(type)
  return `${displayed[name] ?? name}${(type?.arrayBounds ?? []).length > 0 ? '[]' : ''}`
}

/** A type's name in pg_type; empty for a type in a schema of the user's own. */
function baseName(type: TypeName | undefined): string {
  const names = (type?.names ?? []).map((name) => ('String' in name ? (name.String.sval ?? '') : ''))
  return names.length === 1 || names[0] === 'pg_catalog' ? (names.at(-1) ?? '') : ''
}
