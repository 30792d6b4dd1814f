import { describe, expect, it } from 'vitest'
import { type OccRetryOptions, retryPolicy } from '../../src/connect/occ-options.ts'
import { retryConflicts } from '../../src/connect/retry-conflicts.ts'
import { type ConflictRetried, events } from '../../src/events.ts'

/** Work that conflicts so often, with a clock that only waiting moves. */
function contest(conflicts: number, options: OccRetryOptions) {
  const errors: Error[] = []
  const waits: number[] = []
  let now = 0
  const policy = retryPolicy({
    random: () => 1,
    clock: () => now,
    sleep: async (ms) => {
      waits.push(ms)
      now += ms
    },
    ...options,
  })
  const run = async () => {
    if (errors.length === conflicts) return 'done'
    errors.push(Object.assign(new Error(`conflict ${errors.length + 1}`), { code: '40001' }))
    throw errors.at(-1)
  }
  return { result: retryConflicts('work', run, policy), errors, waits }
}

describe('retrying', () => {
  it('goes on until a try wins, waiting longer each time', async () => {
    const { result, waits } = contest(4, { baseMs: 10, maxMs: 50 })
    expect(await result).toBe('done')
    expect(waits).toEqual([10, 20, 40, 50])
  })

  it('ends with the last conflict itself when the tries are spent', async () => {
    const { result, errors } = contest(99, { tries: 3 })
    const thrown = await result.catch((error: unknown) => error)
    expect(errors).toHaveLength(3)
    expect(thrown).toBe(errors[2])
  })

  it('ends with the last conflict itself when the next try would start too late', async () => {
    const { result, errors, waits } = contest(99, { baseMs: 10, budgetMs: 69, tries: 99 })
    const thrown = await result.catch((error: unknown) => error)
    expect(waits).toEqual([10, 20])
    expect(thrown).toBe(errors[2])
  })

  it('does not start again with a single try', async () => {
    await expect(contest(1, { tries: 1 }).result).rejects.toThrow('conflict 1')
  })

  it('lets another error pass at once, unchanged', async () => {
    let runs = 0
    const other = new Error('other')
    const run = async () => {
      runs += 1
      throw other
    }
    expect(await retryConflicts('work', run, retryPolicy({})).catch((error: unknown) => error)).toBe(other)
    expect(runs).toBe(1)
  })

  it('tells each retry to its caller and on the channel', async () => {
    const told: ConflictRetried[] = []
    const published: unknown[] = []
    const listener = (event: unknown) => published.push(event)
    events.retried.subscribe(listener)
    const { result, errors } = contest(2, { baseMs: 10, onRetry: (retry) => told.push(retry) })
    await result
    events.retried.unsubscribe(listener)
    expect(told).toEqual([
      { operation: 'work', try: 1, delayMs: 10, error: errors[0] },
      { operation: 'work', try: 2, delayMs: 20, error: errors[1] },
    ])
    expect(published).toEqual(told)
    expect(events.retried.name).toBe('prisma-iam:adapter:retried')
  })
})
