import { type ConflictRetried, events } from '../events.ts'
import { fullJitterMs } from './backoff.ts'
import { isConflict } from './conflict.ts'
import type { OccRetryOptions } from './occ-options.ts'

/**
 * Runs a whole transaction again while it loses against concurrent ones; any other error passes at once.
 *
 * @throws the last conflict itself, unchanged, when tries or time are spent
 */
export async function retryConflicts<Result>(
  operation: string,
  run: () => PromiseLike<Result>,
  policy: Required<OccRetryOptions>,
): Promise<Result> {
  const { tries, budgetMs, clock, random, sleep, onRetry } = policy
  const deadline = clock() + budgetMs
  for (let count = 1; ; count += 1) {
    try {
      return await run()
    } catch (error) {
      if (count === tries || !isConflict(error)) throw error
      const delayMs = fullJitterMs(count, policy, random)
      if (clock() + delayMs > deadline) throw error
      const retry: ConflictRetried = { operation, try: count, delayMs, error }
      onRetry(retry)
      events.retried.publish(retry)
      await sleep(delayMs)
    }
  }
}
