import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { PrismaIamError } from '../errors.ts'

/** Our own key beside Prisma's 72707369: the letters `prismiam`, which fill its 8 bytes. */
const lockKey = 0x7072_6973_6d69_616dn.toString()

/** How a deploy waits for another. */
export interface LockOptions {
  /** How long to wait for another deploy, in milliseconds. */
  timeoutMs: number
  /** Told once, when another deploy holds the lock. */
  onWait: (holder: string) => void
  signal?: AbortSignal | undefined
}

const pauseMs = 500

/**
 * Holds the deploy lock of this database while `work` runs: a session advisory lock on the given client.
 *
 * @throws PRISMA_IAM_MIGRATE_LOCK after the time; the signal's reason when it came.
 */
export async function withDeployLock<Result>(
  client: pg.Client,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  await takeLock(client, options)
  try {
    return await work()
  } finally {
    // A session that broke has lost the lock already.
    await client.query('SELECT pg_advisory_unlock($1)', [lockKey]).catch(() => undefined)
  }
}

async function takeLock(client: pg.Client, { timeoutMs, onWait, signal }: LockOptions): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (let told = false; !(await tryLock(client)); told = true) {
    const left = deadline - performance.now()
    if (left <= 0) throw held(await holderOf(client))
    if (!told) onWait(await holderOf(client))
    await sleep(Math.min(pauseMs, left), undefined, { signal })
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [lockKey])
  return rows[0]?.locked === true
}

function held(holder: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_MIGRATE_LOCK', `another deploy holds the lock: ${holder}`, {
    hint: 'wait for it, or give more time with --lock-timeout SECONDS',
  })
}

/** A bigint key is split into classid (high) and objid (low) in pg_locks; it means one database. */
async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ holder: string }>(
    `SELECT format('%s as %s from %s since %s', a.application_name, a.usename, coalesce(host(a.client_addr), 'local'),
                   to_char(a.backend_start, 'HH24:MI:SS TZ')) AS holder
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database()
        AND l.database = a.datid
        AND l.classid::bigint = ($1::bigint >> 32) AND l.objid::bigint = ($1::bigint & 4294967295)`,
    [lockKey],
  )
  return rows[0]?.holder ?? 'unknown'
}
