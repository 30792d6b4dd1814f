import type { Address, Pacing } from '../config/endpoint.ts'

/**
 * Takes the next free place in the row of new connections and tells how long to wait for it, in milliseconds. A place
 * that is farther away than `mostMs` is told and not taken, so that those who give up do not hold up the others.
 */
export type Pace = (mostMs: number) => number

/** A token bucket: `burst` connections at once, then as many a second as the limit says, in the order of asking. */
export function createPace({ connectionsPerSecond, burst }: Pacing, clock: () => number): Pace {
  const intervalMs = 1000 / connectionsPerSecond
  let lastPlace = Number.NEGATIVE_INFINITY
  return (mostMs) => {
    const now = clock()
    const place = Math.max(lastPlace, now - burst * intervalMs) + intervalMs
    const waitMs = Math.max(0, Math.floor(place - now))
    if (waitMs <= mostMs) lastPlace = place
    return waitMs
  }
}

const paces = new Map<string, Pace>()

/** The pace of an endpoint, shared by all pools of this process; by a clock that nobody can set back. */
export function paceOf({ host, port }: Address, pacing: Pacing | undefined): Pace {
  if (pacing === undefined || pacing.connectionsPerSecond === Number.POSITIVE_INFINITY) return () => 0
  const key = `${host}:${port} ${pacing.connectionsPerSecond} ${pacing.burst}`
  const known = paces.get(key)
  if (known) return known
  const pace = createPace(pacing, () => performance.now())
  paces.set(key, pace)
  return pace
}
