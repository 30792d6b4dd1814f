import { DriverAdapterError, type SqlQuery } from '@prisma/driver-adapter-utils'
import type { StatementCache } from './statement-cache.ts'

/**
 * Sends a query, and once more when the server's prepared plan of it was outdated by a migration: such a refusal comes
 * before anything was done.
 */
export async function withFreshPlan<Result>(
  query: SqlQuery,
  cache: StatementCache,
  send: () => Promise<Result>,
): Promise<Result> {
  try {
    return await send()
  } catch (error) {
    if (!isStalePlan(error)) throw error
    cache.forget(query.sql)
    return await send()
  }
}

/** The same inside a transaction, which is lost by then: the error becomes the conflict that it is, to be retried whole. */
export async function withFreshPlanNextTime<Result>(
  query: SqlQuery,
  cache: StatementCache,
  send: () => Promise<Result>,
): Promise<Result> {
  try {
    return await send()
  } catch (error) {
    if (!isStalePlan(error)) throw error
    cache.forget(query.sql)
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
