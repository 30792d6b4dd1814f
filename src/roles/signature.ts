import { didYouMean } from '../nearest.ts'
import type { CatalogObject } from './catalog.ts'

/** A function as a person writes it: `refund(integer, text)`. */
function signature({ name, takes }: CatalogObject): string {
  return `${name}(${takes ?? ''})`
}

/**
 * Finds the function that is meant by `name(type, type)`, or by a bare name that only one function has.
 * Names are data and may hold parentheses: each candidate is compared whole, nothing is taken apart.
 */
export function findFunction(
  written: string,
  candidates: Iterable<CatalogObject>,
): CatalogObject | { problem: string } {
  const all = [...candidates]
  const exact = all.find((candidate) => matches(written, candidate))
  if (exact !== undefined) return exact
  const namesakes = all.filter(({ name }) => name === written)
  if (namesakes.length === 1) return namesakes[0] as CatalogObject
  if (namesakes.length > 1) {
    const forms = namesakes.map((namesake) => JSON.stringify(signature(namesake))).join(', ')
    return { problem: `there are several functions ${JSON.stringify(written)}; say which: ${forms}` }
  }
  return { problem: `there is no function ${JSON.stringify(written)}${didYouMean(written, all.map(signature))}` }
}

function matches(written: string, candidate: CatalogObject): boolean {
  const { name, takes } = candidate
  if (!written.startsWith(`${name}(`) || !written.endsWith(')')) return false
  return typeList(written.slice(name.length + 1, -1)) === typeList(takes ?? '')
}

/** Types as PostgreSQL shows them, so that `int, varchar` and `integer,character varying` are alike. */
function typeList(types: string): string {
  return types
    .split(',')
    .map((type) => {
      const [, base = '', array = ''] = /^\s*(.*?)\s*((?:\[\])*)\s*$/s.exec(type) ?? []
      return (aliases[base.toLowerCase()] ?? base) + array
    })
    .join(',')
}

/** PostgreSQL's documentation, table "Data Types", column "Aliases", and the names inside `pg_type`. */
const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  float: 'double precision',
  decimal: 'numeric',
  varchar: 'character varying',
  char: 'character',
  bpchar: 'character',
  varbit: 'bit varying',
  time: 'time without time zone',
  timetz: 'time with time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
}
