import type { TokenGroup } from '../sql/statements.ts'
import type { IndexStep } from './step.ts'

/**
 * Table and index of a `CREATE INDEX CONCURRENTLY`, by PostgreSQL's parser: as the catalogs will have them, cut to 63 bytes
 * and folded.
 *
 * @returns `undefined` for any other statement.
 */
export async function readConcurrentIndex(
  { tokens }: TokenGroup,
  sql: string,
): Promise<Pick<IndexStep, 'table' | 'index'> | undefined> {
  const at = tokens[1]?.keyword === 'UNIQUE' ? 3 : 2
  if (tokens[0]?.keyword !== 'CREATE' || tokens[at]?.keyword !== 'CONCURRENTLY') return undefined
  const { parse } = await import('libpg-query')
  // What cannot be parsed, the server will refuse.
  const { stmts } = await parse(sql).catch(() => ({ stmts: [] }))
  const tree = stmts?.[0]?.stmt
  if (tree === undefined || !('IndexStmt' in tree)) return undefined
  const { idxname, relation: { schemaname, relname = '' } = {} } = tree.IndexStmt
  return {
    table: schemaname === undefined ? { name: relname } : { schema: schemaname, name: relname },
    ...(idxname === undefined ? {} : { index: { name: idxname } }),
  }
}
