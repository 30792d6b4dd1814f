/** How delays grow, in milliseconds. */
export interface Growth {
  baseMs: number
  maxMs: number
}

/**
 * How long to wait after the nth failed try: anything from 0 up to `baseMs` doubled n - 1 times, at most `maxMs`.
 *
 * All of the wait is chance ("full jitter"): writers that met once would meet again after equal waits.
 */
export function fullJitterMs(failedTries: number, { baseMs, maxMs }: Growth, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (failedTries - 1))
}
