import { setTimeout as sleep } from 'node:timers/promises'
import { PrismaIamError } from '../errors.ts'
import type { DeployLock } from './lock.ts'

/** How a deploy waits for another. */
export interface LockOptions {
  /** How long to wait for another deploy, in milliseconds. */
  timeoutMs: number
  /** Told who holds the lock since when, each time it is somebody else. */
  onWait: (holder: string) => void
  signal?: AbortSignal | undefined
}

/** How long a deploy waits unless told otherwise. */
export const defaultLockTimeoutMs = 300_000

const pauseMs = 200

/**
 * Takes the deploy lock, runs `work`, and gives the lock back whatever happened.
 *
 * @throws PRISMA_IAM_MIGRATE_LOCK after the time; the signal's reason when it came.
 */
export async function withLock<Result>(
  lock: DeployLock,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    await takeLock(lock, options)
    return await work()
  } finally {
    await lock.release()
  }
}

/** @throws PRISMA_IAM_MIGRATE_LOCK after the time, when the lock may be half taken: the caller releases it. */
export async function takeLock(lock: DeployLock, { timeoutMs, onWait, signal }: LockOptions): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let told: string | undefined
  for (;;) {
    const holder = await lock.attempt()
    if (holder === undefined) return
    const left = deadline - performance.now()
    if (left <= 0) throw held(holder)
    if (holder !== told) onWait(holder)
    told = holder
    await sleep(Math.min(pauseMs, left), undefined, { signal }).catch(() => signal?.throwIfAborted())
  }
}

function held(holder: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_MIGRATE_LOCK', `another deploy holds the lock: ${holder}`, {
    hint: 'wait for it, or give more time with --lock-timeout SECONDS',
  })
}
