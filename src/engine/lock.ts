import { LockTimeout } from './fail.ts'
import type { Session } from './session.ts'

/** The native engine's own patience (prisma-engines, ADVISORY_LOCK_TIMEOUT). */
const defaultLockTimeoutMs = 10_000

/**
 * How long to wait for Prisma's advisory lock: not at all where the user or the server has none.
 *
 * Prisma's documentation and native engine honour `PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK`; the WebAssembly one does not.
 */
export function lockPatience(
  env: Readonly<Record<string, string | undefined>>,
  serverHasLocks: boolean,
): number | 'off' {
  const disabled = /^(1|true)$/i.test(env.PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK ?? '')
  return disabled || !serverHasLocks ? 'off' : defaultLockTimeoutMs
}

/**
 * Takes a session-level advisory lock, or gives up after a time that the server keeps.
 *
 * The three statements are one message and so one transaction: a timeout takes the setting back as well.
 *
 * @returns the row count that the engine expects.
 */
export async function takeLock(session: Session, sql: string, timeoutMs: number | 'off'): Promise<number> {
  if (timeoutMs === 'off') return 0
  try {
    await session.script(`SET lock_timeout = ${timeoutMs}; ${sql}; RESET lock_timeout`)
    return 1
  } catch (error) {
    const timedOut = error instanceof Error && 'code' in error && error.code === '55P03'
    throw timedOut ? new LockTimeout(timeoutMs, error) : error
  }
}
