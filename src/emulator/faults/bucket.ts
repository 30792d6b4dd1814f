/** How many logins are let in. */
export interface Rate {
  perSecond: number
  /** How many at once after a rest. */
  burst: number
}

/**
 * A bucket of tokens that starts full.
 * @returns takes one token out; false when there is none
 */
export function createBucket({ perSecond, burst }: Rate, now: () => number): () => boolean {
  let level = burst
  let filledAt = now()
  return () => {
    const elapsedMs = Math.max(0, now() - filledAt)
    filledAt = now()
    level = Math.min(burst, level + (elapsedMs / 1_000) * perSecond)
    if (level < 1) return false
    level -= 1
    return true
  }
}
