import type pg from 'pg'
import { catalogQueries } from './catalog-queries.ts'

/** One thing that the catalogs know. */
export interface CatalogEntry {
  kind: string
  /** Full, as PostgreSQL prints it. */
  name: string
  /** Without OIDs, so that two databases can be compared. */
  definition: string
}

/**
 * Reads what a database consists of: schemas, relations, columns, defaults, constraints, indexes, functions, triggers,
 * views, rules, types, sequences, policies, privileges, comments, extensions, settings, roles, and the rows of each table.
 *
 * @param ignored tables that are left out, with what belongs to them; a name ends at a word's end or at `_`.
 */
export async function readCatalog(client: pg.Client, ignored: readonly string[] = []): Promise<CatalogEntry[]> {
  // With an empty path, every name that PostgreSQL prints is a full one.
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''")
  const entries: CatalogEntry[] = []
  for (const [kind, sql] of Object.entries(catalogQueries)) {
    const { rows } = await client.query<{ name: string; definition: string | null }>(sql)
    entries.push(...rows.map(({ name, definition }) => ({ kind, name, definition: definition ?? '' })))
  }
  const kept = entries.filter(({ name }) => !ignored.some((table) => belongsTo(name, table)))
  for (const { name } of kept.filter(({ kind }) => kind === 'table')) {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${name}`)
    kept.push({ kind: 'rows', name, definition: rows[0]?.count ?? '' })
  }
  await client.query('COMMIT')
  return kept
}

/** What differs between two catalogs, a line each, in the order of kinds and names; empty when they are equal. */
export function differences(one: readonly CatalogEntry[], other: readonly CatalogEntry[]): string[] {
  const [left, right] = [byName(one), byName(other)]
  const names = [...new Set([...left.keys(), ...right.keys()])].sort()
  return names.flatMap((name) => {
    const [here, there] = [left.get(name) ?? 'absent', right.get(name) ?? 'absent']
    return here === there ? [] : [`${name}: ${here} ≠ ${there}`]
  })
}

function byName(entries: readonly CatalogEntry[]): Map<string, string> {
  return new Map(entries.map(({ kind, name, definition }) => [`${kind} ${name}`, `(${definition})`]))
}

/** What hangs on a table is named with the table's name in it. */
function belongsTo(name: string, table: string): boolean {
  return new RegExp(`(^|[ ."])${table}($|[ ."_])`).test(name)
}
