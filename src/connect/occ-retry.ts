import type pg from 'pg'
import { PrismaIamError } from '../errors.ts'
import { type OccRetryOptions, retryPolicy } from './occ-options.ts'
import { retryConflicts } from './retry-conflicts.ts'

/**
 * Runs a function inside BEGIN and COMMIT on one connection of a pool, all of it again on a serialization conflict.
 *
 * The function may run more than once: what it does outside of the database (mails, payments, files) belongs after
 * the call, not inside it. An error that is no conflict rolls back and passes at once; a conflict passes unchanged when
 * tries or time are spent. A function that hides a failed statement gets PRISMA_IAM_CONNECT_ROLLED_BACK, because the
 * server then answers COMMIT by rolling back. Between tries the connection is back in the pool.
 *
 * @example
 * ```ts
 * import { iamPool, withOccRetry } from 'prisma-iam'
 * const pool = iamPool()
 * await withOccRetry(pool, async (client) => {
 *   await client.query('UPDATE account SET cents = cents - 100 WHERE id = $1', ['a'])
 *   await client.query('UPDATE account SET cents = cents + 100 WHERE id = $1', ['b'])
 * })
 * ```
 */
export async function withOccRetry<Result>(
  pool: Pick<pg.Pool, 'connect'>,
  work: (client: pg.PoolClient) => Promise<Result>,
  options: OccRetryOptions = {},
): Promise<Result> {
  const policy = retryPolicy(options)
  return retryConflicts('withOccRetry', () => transaction(pool, work), policy)
}

async function transaction<Result>(
  pool: Pick<pg.Pool, 'connect'>,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  // The pool listens to idle connections only: one that breaks here would end the process. Its queries tell.
  client.on('error', ignore)
  let usable = true
  try {
    await client.query('BEGIN')
    const result = await work(client)
    const { command } = await client.query('COMMIT')
    if (command === 'ROLLBACK') throw rolledBack()
    return result
  } catch (error) {
    usable = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    )
    throw error
  } finally {
    if (usable) client.off('error', ignore)
    client.release(!usable)
  }
}

const ignore = () => undefined

function rolledBack(): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_CONNECT_ROLLED_BACK',
    'nothing was committed: a statement had failed, and the function went on as if it had not',
    { hint: 'let the errors of queries leave the function' },
  )
}
