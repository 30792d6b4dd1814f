import type pg from 'pg'
import type { Age, Door } from './door.ts'

/**
 * Asks an overdue connection whether it is still there: a clock that jumps looks the same from here as a process that was
 * frozen, and new logins could fail by that very clock. After the first that does not answer, none that is as old is asked.
 */
export async function stillAnswers(
  client: pg.ClientBase,
  age: Age,
  door: Pick<Door, 'clock' | 'silentSince'>,
): Promise<boolean> {
  const now = door.clock()
  const { idleSince = now } = age
  if (door.silentSince !== undefined && idleSince <= door.silentSince) return false
  try {
    await client.query({ text: 'SELECT 1', query_timeout: probeTimeoutMs } as pg.QueryConfig)
  } catch {
    door.silentSince = now
    return false
  }
  age.openedAt = now
  age.idleSince = now
  return true
}

/** A server answers this within milliseconds; where a socket is half open, the app waits that long once. */
const probeTimeoutMs = 500
