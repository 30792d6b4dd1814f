import { setTimeout as sleep } from 'node:timers/promises'
import { type Check, keptMark } from './kept-mark.ts'
import type { AdvisoryTicket, Ask, DeployLock } from './lock.ts'
import { lockLost } from './lost.ts'

/** Our own key beside Prisma's 72707369: the letters `prismiam`, which fill its 8 bytes. */
const deploying = 0x7072_6973_6d69_616dn.toString()
/** `prismien`, shared by all sessions that work for the deploy. */
const working = 0x7072_6973_6d69_656en.toString()
/** `pris`, the first of two 4-byte keys; the second is the second since when the lock is held. */
const since = 0x7072_6973

const quietPauseMs = 100

/**
 * The deploy lock of a PostgreSQL database: session advisory locks of the given session, which the server frees when the
 * session ends, however it ends.
 *
 * They are tried for, never waited for in the server: a waiting statement has a snapshot, and CREATE INDEX CONCURRENTLY of
 * the holder's migration would wait for that snapshot in turn.
 */
export function advisoryLock(ask: Ask): DeployLock {
  let holder: AdvisoryTicket | undefined
  let taken = 0
  const take = async () => {
    if ((await ask(`SELECT pg_try_advisory_lock(${deploying})`)) !== 't') return false
    taken += 1
    holder = await identify(ask)
    return true
  }
  const keep = keptMark({
    pin: () => ask(`SELECT pg_try_advisory_xact_lock(${deploying})`),
    async renew() {
      if (!(await take())) throw lockLost((await whoHas(ask, deploying)) ?? unknown)
    },
  })
  const isQuiet = async () => (await ask(`SELECT pg_try_advisory_lock(${working})`)) === 't'
  return {
    async attempt() {
      if (holder === undefined && !(await take())) return (await whoHas(ask, deploying)) ?? unknown
      if (!(await isQuiet())) return `${(await whoHas(ask, working)) ?? unknown}, a statement of which still runs`
      await ask(`SELECT pg_advisory_unlock(${working})`)
      return undefined
    },
    ticket() {
      if (holder === undefined) throw lockLost('it was never taken')
      return holder
    },
    // The lock ends with the session, and then so does every statement that is sent through it.
    check: async (sql = '') => {
      if (holder !== undefined) await keep(sql)
    },
    async quiet(signal) {
      while (!(await isQuiet())) await sleep(quietPauseMs, undefined, { signal })
      await ask(`SELECT pg_advisory_unlock(${working})`)
    },
    async release() {
      if (holder === undefined) return
      holder = undefined
      // A session that broke has lost its locks already.
      while (taken-- > 0) await ask(unlock).catch(() => undefined)
    },
  }
}

/**
 * Puts a session to work under a lock that another session holds: until it ends, no other deploy begins.
 *
 * First the mark and then the look: a successor looks for marks after it has taken the lock, so one of the two sees the other.
 *
 * @returns what to call with every statement before that session sends it.
 * @throws PRISMA_IAM_MIGRATE_LOCK_LOST when that session does not hold it any more; so does what is returned.
 */
export async function workUnderAdvisory(ask: Ask, ticket: AdvisoryTicket): Promise<Check> {
  await mark(ask, ticket)
  return keptMark({
    pin: () => ask(`SELECT pg_try_advisory_xact_lock_shared(${working})`),
    renew: () => mark(ask, ticket),
  })
}

async function mark(ask: Ask, { pid, started }: AdvisoryTicket): Promise<void> {
  const marked = (await ask(`SELECT pg_try_advisory_lock_shared(${working})`)) === 't'
  const holds = await ask(
    `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE ${isLock(deploying)} AND a.pid = $1 AND extract(epoch FROM a.backend_start)::text = $2`,
    [pid, started],
  )
  if (marked && holds !== undefined) return
  if (marked) await ask(`SELECT pg_advisory_unlock_shared(${working})`)
  throw lockLost((await whoHas(ask, deploying)) ?? 'the session that held it has ended')
}

const unlock = `
  SELECT pg_advisory_unlock(${deploying}), (
    SELECT bool_and(pg_advisory_unlock_shared(${since}, objid::bigint::int)) FROM pg_locks
     WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 2 AND classid = ${since})`

/** Marks since when the lock is held: a session can have waited for it for minutes, and shows only its own start. */
async function identify(ask: Ask): Promise<AdvisoryTicket> {
  await ask(`SELECT pg_advisory_lock_shared(${since}, (extract(epoch FROM now())::bigint % 2147483648)::int)`)
  const pid = (await ask('SELECT pg_backend_pid()')) ?? ''
  const started = await ask(
    'SELECT extract(epoch FROM backend_start)::text FROM pg_stat_activity WHERE pid = pg_backend_pid()',
  )
  return { kind: 'advisory', pid, started: started ?? '' }
}

const unknown = 'somebody who has just ended'

/** A session of another role shows neither its name nor its address. */
async function whoHas(ask: Ask, key: string): Promise<string | undefined> {
  return await ask(
    `SELECT format('%s as %s from %s since %s', coalesce(nullif(a.application_name, ''), 'a session'), a.usename,
                   coalesce(host(a.client_addr), 'local'),
                   to_char(coalesce(to_timestamp(s.objid::bigint), a.backend_start), 'HH24:MI:SS TZ'))
       FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.pid <> pg_backend_pid()
       LEFT JOIN pg_locks s ON s.pid = a.pid AND s.locktype = 'advisory' AND s.objsubid = 2 AND s.classid = ${since}
      WHERE ${isLock(key)}`,
  )
}

/** A bigint key is split into classid (high) and objid (low) in pg_locks; it means one database. */
function isLock(key: string): string {
  return `l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.classid::bigint = (${key}::bigint >> 32) AND l.objid::bigint = (${key}::bigint & 4294967295)`
}
