import type { Rows } from './session.ts'

/** Our tables beside Prisma's history: the records of hooks, journal and lease. */
const prefix = '_prisma_iam_'

/**
 * The rows that the engine shall see. A table of ours in a new schema would make it refuse the first migration (P3005),
 * `migrate dev` would call it drift, and `db pull` a model; its own `_prisma_migrations` it passes over by itself.
 *
 * In every catalog query of the engine the column is called `table_name` (schema-engine-wasm 7.10.0-7).
 */
export function hideOwnTables(read: Rows): Rows {
  const at = read.columns.findIndex(({ name }) => name === 'table_name')
  if (at === -1) return read
  return { ...read, rows: read.rows.filter((row) => !row[at]?.startsWith(prefix)) }
}
