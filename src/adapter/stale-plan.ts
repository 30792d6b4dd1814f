import { DriverAdapterError, type SqlQuery } from '@prisma/driver-adapter-utils'
import type { StatementCache } from './statement-cache.ts'

/**
 * Sends a query, and once more when the server's prepared plan of it was outdated by a migration: such a refusal comes
 * before anything was done. A transaction is lost by it, though; there it becomes the conflict that retries know.
 */
export async function withFreshPlan<Result>(
  query: SqlQuery,
  cache: StatementCache,
  place: 'alone' | 'in-transaction',
  send: () => Promise<Result>,
): Promise<Result> {
  try {
    return await send()
  } catch (error) {
    // What has no parameters is not prepared here: such an error is about a statement that the user prepared.
    if (query.args.length === 0 || !isStalePlan(error)) throw error
    cache.forget(query.sql)
    if (place === 'alone') return await send()
    throw new DriverAdapterError({
      kind: 'TransactionWriteConflict',
      originalCode: '40001',
      originalMessage: `a migration changed what a prepared statement returns: ${error.cause.originalMessage}`,
    })
  }
}

/** PostgreSQL's plancache.c and prepare.c; 26000 is a statement that somebody deallocated. */
function isStalePlan(error: unknown): error is DriverAdapterError {
  if (typeof error !== 'object' || error === null || !('cause' in error)) return false
  const { originalCode, originalMessage = '' } = (error.cause ?? {}) as {
    originalCode?: string
    originalMessage?: string
  }
  if (originalCode === '26000') return true
  return originalCode === '0A000' && originalMessage.startsWith('cached plan must not change result type')
}
