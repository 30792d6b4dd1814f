import { DriverAdapterError, type SqlQuery } from '@prisma/driver-adapter-utils'
import { isStalePlan } from '../connect/prepared-query.ts'
import type { StatementCache } from '../connect/statement-cache.ts'

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
    if (query.args.length === 0 || !isStale(error)) throw error
    cache.forget(query.sql)
    if (place === 'alone') return await send()
    throw new DriverAdapterError({
      kind: 'TransactionWriteConflict',
      originalCode: '40001',
      originalMessage: `a migration changed what a prepared statement returns: ${error.cause.originalMessage}`,
    })
  }
}

function isStale(error: unknown): error is DriverAdapterError {
  const { originalCode: code, originalMessage: message } =
    (error as Partial<DriverAdapterError> | undefined)?.cause ?? {}
  return isStalePlan({ code, message })
}
