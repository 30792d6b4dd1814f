import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LeaseRows, leaseRows, type Mark, type Owner } from './lease-rows.ts'
import type { Line } from './line.ts'
import type { DeployLock, LeaseTicket } from './lock.ts'
import { lockLost } from './lost.ts'

/**
 * How long a mark lasts unless it is renewed, in milliseconds: so long does a deploy that was killed bar the next, and so
 * long can one be frozen without losing its lock.
 */
const defaultLeaseMs = 15_000

/** A mark is renewed that often within its lease. */
const renewals = 3
const pauseMs = 200

/** Who wants a lease. */
export interface LeaseOptions {
  /** For people: who waits is told this. */
  name: string
  /** Default 15,000. */
  leaseMs?: number | undefined
}

/** The deploy lock of a server without session locks: two rows, each renewed while its owner lives. */
export function leaseLock(line: Line, { name, leaseMs = defaultLeaseMs }: LeaseOptions): DeployLock {
  const rows = leaseRows(line.ask)
  const owner: Owner = { id: randomUUID(), name, leaseMs }
  const deploy = keptMark(rows, 'deploy', owner)
  return {
    async attempt() {
      if (!(await deploy.take())) return (await rows.holder('deploy')) ?? 'somebody who has just ended'
      const working = await rows.holder('work')
      return working === undefined ? undefined : `${working}, a statement of which may still run`
    },
    ticket: () => ({ kind: 'lease', owner: owner.id, leaseMs }),
    check: () => deploy.check(),
    async quiet(signal) {
      while ((await rows.holder('work')) !== undefined) await sleep(pauseMs, undefined, { signal })
    },
    async release() {
      await deploy.giveBack()
      await line.end()
    },
  }
}

/** The right of another process to work under a lease. */
export interface LeasedWork {
  /** @throws PRISMA_IAM_MIGRATE_LOCK_LOST */
  check(): Promise<void>
  release(): Promise<void>
}

/**
 * Takes the mark of those that work, for the process of a deploy that sends the statements.
 *
 * First the mark and then the look: a successor looks for marks after it has taken the lease, so one of the two sees the
 * other. The mark is renewed while a statement runs, also when the one who holds the lease was killed meanwhile.
 *
 * @throws PRISMA_IAM_MIGRATE_LOCK_LOST when the lease is not that of the ticket any more.
 */
export async function workUnderLease(line: Line, { owner, leaseMs }: LeaseTicket, name: string): Promise<LeasedWork> {
  const rows = leaseRows(line.ask)
  const work = keptMark(rows, 'work', { id: randomUUID(), name, leaseMs })
  const assertLease = async () => {
    if (!(await rows.holds('deploy', owner))) throw lockLost((await rows.holder('deploy')) ?? 'its lease has run out')
  }
  const release = async () => {
    await work.giveBack()
    await line.end()
  }
  try {
    while (!(await work.take())) {
      await assertLease()
      await sleep(pauseMs)
    }
    await assertLease()
  } catch (error) {
    await release()
    throw error
  }
  return {
    async check() {
      await work.check()
      await assertLease()
    },
    release,
  }
}

/** A mark, and its renewal for as long as it is held. */
function keptMark(rows: LeaseRows, mark: Mark, owner: Owner) {
  let timer: NodeJS.Timeout | undefined
  return {
    async take(): Promise<boolean> {
      if (timer !== undefined && (await rows.renew(mark, owner))) return true
      clearInterval(timer)
      timer = undefined
      if (!(await rows.take(mark, owner))) return false
      // What a renewal finds is asked again, by `check`, before anything depends on it.
      timer = setInterval(() => void rows.renew(mark, owner).catch(() => undefined), owner.leaseMs / renewals).unref()
      return true
    },
    /** A mark that ran out, but that nobody took meanwhile, is as good as one that did not. */
    async check(): Promise<void> {
      if (timer === undefined) throw lockLost('it was given back')
      if ((await rows.holds(mark, owner.id)) || (await rows.renew(mark, owner))) return
      throw lockLost((await rows.holder(mark)) ?? 'another deploy has held it since')
    },
    async giveBack(): Promise<void> {
      if (timer === undefined) return
      clearInterval(timer)
      timer = undefined
      await rows.giveBack(mark, owner.id).catch(() => undefined)
    },
  }
}
