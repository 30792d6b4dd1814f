import { type OccRetryOptions, retryPolicy } from '../connect/occ-options.ts'
import { retryConflicts } from '../connect/retry-conflicts.ts'
import type { ClientExtension, Extendable } from './client-extension.ts'

/**
 * A Prisma extension that runs again what lost against a concurrent transaction: whole `$transaction` calls of both
 * kinds, single operations of every model, and raw queries.
 *
 * **The callback of `$transaction` may run more than once**: what it does outside of the database (mails, payments,
 * counters in memory) belongs after the call, not inside it. Inside a transaction nothing is retried; the outermost one
 * is, whole. An error that is no conflict passes at once; a conflict passes unchanged when tries or time are spent.
 * Extensions that are applied after this one run again with each try, those before it once: apply it first.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID with every problem of the options at once
 *
 * @example
 * ```ts
 * import { iamAdapter, occRetry } from 'prisma-iam'
 * const prisma = new PrismaClient({ adapter: iamAdapter() }).$extends(occRetry({ tries: 5 }))
 * ```
 */
export function occRetry(options: OccRetryOptions = {}): ClientExtension {
  const policy = retryPolicy(options)
  return (client) => {
    const parent = client as Parent
    return parent.$extends({
      name: 'prisma-iam:occ-retry',
      client: {
        // `this` is the client that was called, with every extension; the parent's own would lack those applied later.
        $transaction(this: object, work: unknown, transactionOptions?: unknown) {
          const run = () => parent.$transaction.call(this, work, transactionOptions)
          return isTransaction(this) ? run() : retryConflicts('$transaction', run, policy)
        },
      },
      query: {
        $allOperations({ model, operation, args, query, __internalParams }: Operation) {
          const run = () => query(args)
          if (__internalParams === undefined || __internalParams.transaction !== undefined) return run()
          return retryConflicts(model === undefined ? operation : `${model}.${operation}`, run, policy)
        },
      },
    })
  }
}

interface Parent extends Extendable {
  $transaction(work: unknown, options?: unknown): Promise<unknown>
}

/**
 * `__internalParams` is undocumented, but the one thing that tells a promise handed to `$transaction([...])` from a
 * single call; Prisma's own read-replica extension reads the same field. Should it go, single calls are not retried.
 */
interface Operation {
  model?: string
  operation: string
  args: unknown
  query: (args: unknown) => PromiseLike<unknown>
  __internalParams?: { transaction?: unknown }
}

/** Prisma takes `$connect` away from the client that it hands to a transaction. */
function isTransaction(client: object): boolean {
  return !('$connect' in client)
}
