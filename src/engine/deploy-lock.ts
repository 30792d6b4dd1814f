import type { DsqlOptions } from '../dsql/options.ts'
import { advisoryLock, workUnderAdvisory } from '../lock/advisory.ts'
import type { Check } from '../lock/kept-mark.ts'
import { leaseLock, workUnderLease } from '../lock/lease.ts'
import { type Line, steadyLine } from '../lock/line.ts'
import type { Ask } from '../lock/lock.ts'
import { defaultLockTimeoutMs, takeLock } from '../lock/wait.ts'
import type { Served } from './login.ts'
import type { Session } from './session.ts'

/** The right to change the database, until it is given back. */
export interface Hold {
  /** Whether it outlives the session for a while, unless it is given back. */
  outlives: boolean
  /** @throws PRISMA_IAM_MIGRATE_LOCK_LOST before a statement that must not be sent any more. */
  check: Check
  /** Says that migrations were applied, where no deploy with hooks and roles stands around them. */
  applied(): void
  release(): Promise<void>
}

/** The engine's session, who let it in, and how to open a line for a lease beside it. */
export interface Entry extends Served {
  session: Session
  openLine(): Promise<Line>
}

/**
 * Joins the lock of the process that serves the login, or takes the lock for this session.
 *
 * @throws PRISMA_IAM_MIGRATE_LOCK after five minutes, PRISMA_IAM_MIGRATE_LOCK_LOST when that process holds it no more.
 */
export async function takeHold(entry: Entry): Promise<Hold> {
  const { session, login, lock: ticket, openLine } = entry
  if (ticket?.kind === 'advisory') {
    const check = await workUnderAdvisory(askOf(session), ticket)
    // The mark stays until the session ends: a statement that a killed engine has sent may still run.
    return { outlives: false, check, applied: () => undefined, release: nothing }
  }
  if (ticket === undefined) return await holdAlone(entry)
  const work = await workUnderLease(steadyLine(openLine), ticket, nameOf(login))
  return { outlives: true, applied: () => undefined, ...work }
}

async function holdAlone({ session, capabilities, login, dsql, tell, openLine }: Entry): Promise<Hold> {
  const outlives = !capabilities.advisoryLocks
  const lock = outlives
    ? leaseLock(steadyLine(openLine), { name: nameOf(login), leaseMs: leaseMsOf(dsql) })
    : advisoryLock(askOf(session))
  try {
    await takeLock(lock, { timeoutMs: defaultLockTimeoutMs, onWait: (holder) => tell({ kind: 'waiting', holder }) })
  } catch (error) {
    await lock.release()
    throw error
  }
  return {
    outlives,
    check: (sql) => lock.check(sql),
    applied: () => tell({ kind: 'alone' }),
    release: () => lock.release(),
  }
}

const nothing = async () => undefined

function nameOf({ applicationName = 'prisma', user }: Served['login']): string {
  return `${applicationName} as ${user}`
}

/** The project's word on how long a lease lasts, in milliseconds. */
export function leaseMsOf({ leaseSeconds }: DsqlOptions = {}): number | undefined {
  return leaseSeconds === undefined ? undefined : leaseSeconds * 1000
}

/** A session as the lock asks it. */
export function askOf(session: Session): Ask {
  return async (sql, values = []) => (await session.query(sql, values)).rows[0]?.[0] ?? undefined
}
