import type { TypeName } from 'libpg-query'
import { stringsOf } from './names.ts'
import type { RuleName } from './rules.ts'

/** Types that DSQL does not store (recorded 2026-09-18; multiranges and macaddr8 stand by their siblings). */
const refused: ReadonlySet<string> = new Set([
  ...['money', 'xml', 'inet', 'cidr', 'macaddr', 'macaddr8', 'tsvector', 'tsquery', 'bit', 'varbit', 'pg_lsn'],
  ...['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'],
  ...['int4', 'int8', 'num', 'ts', 'tstz', 'date'].flatMap((of) => [`${of}range`, `${of}multirange`]),
])

/** Whether a column's type counts by itself. */
export function isSerial(type: TypeName | undefined): boolean {
  return /^(small|big)?serial$|^serial[248]$/.test(typeName(type))
}

/** Why DSQL stores no such column, if so. */
export function refuseDatatype(type: TypeName | undefined): { rule: RuleName; subject: string } | undefined {
  const name = typeName(type)
  if ((type?.arrayBounds ?? []).length > 0) return { rule: 'array', subject: `${name}[]` }
  return refused.has(name) ? { rule: 'datatype', subject: name } : undefined
}

/** A type's name in pg_type; the schema is left out where it is the system's. */
export function typeName(type: TypeName | undefined): string {
  const names = stringsOf(type?.names)
  return names.length === 1 || names[0] === 'pg_catalog' ? (names.at(-1) ?? '') : names.join('.')
}
