import type { Age, Capacity, Door } from './door.ts'

/**
 * Tells whether the pool's timers should have ended an idle connection long ago. Those of a process that was frozen (an AWS
 * Lambda function between two calls, a laptop that sleeps) are late, while the server, or a gateway on the way, counted on.
 */
export function isOverdue(
  { openedAt, idleSince }: Age,
  { options, totalCount }: Capacity,
  door: Pick<Door, 'clock' | 'longestLifeSeconds'>,
): boolean {
  if (idleSince === undefined) return false
  const now = door.clock()
  const { idleTimeoutMillis, min = 0 } = options
  const { longestLifeSeconds = Number.POSITIVE_INFINITY } = door
  if (now - openedAt > longestLifeSeconds * 1000 + lateMs) return true
  if (!idleTimeoutMillis || totalCount <= min) return false
  return now - idleSince > idleTimeoutMillis + lateMs
}

/** As late as the timers of a busy process may be. */
const lateMs = 1_000
