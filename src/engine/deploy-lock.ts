import { advisoryLock, workUnderAdvisory } from '../lock/advisory.ts'
import type { Ask } from '../lock/lock.ts'
import { defaultLockTimeoutMs, takeLock } from '../lock/wait.ts'
import type { Served } from './login.ts'
import type { Session } from './session.ts'

/** The right to change the database, until it is given back. */
export interface Hold {
  /** Says that migrations were applied, where no deploy with hooks and roles stands around them. */
  applied(): void
  release(): Promise<void>
}

/**
 * Joins the lock of the process that serves the login, or takes the lock for this session.
 *
 * @throws PRISMA_IAM_MIGRATE_LOCK after five minutes, PRISMA_IAM_MIGRATE_LOCK_LOST when that process holds it no more.
 */
export async function takeHold({
  session,
  capabilities,
  lock: ticket,
  tell,
}: Served & { session: Session }): Promise<Hold> {
  if (!capabilities.advisoryLocks) return { applied: () => tell({ kind: 'alone' }), release: async () => undefined }
  const ask = askOf(session)
  if (ticket !== undefined) {
    await workUnderAdvisory(ask, ticket)
    // The mark stays until the session ends: a statement that a killed engine has sent may still run.
    return { applied: () => undefined, release: async () => undefined }
  }
  const lock = advisoryLock(ask)
  try {
    await takeLock(lock, { timeoutMs: defaultLockTimeoutMs, onWait: (holder) => tell({ kind: 'waiting', holder }) })
  } catch (error) {
    await lock.release()
    throw error
  }
  return { applied: () => tell({ kind: 'alone' }), release: () => lock.release() }
}

function askOf(session: Session): Ask {
  return async (sql, values = []) => (await session.query(sql, values)).rows[0]?.[0] ?? undefined
}
