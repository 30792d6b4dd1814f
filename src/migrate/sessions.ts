import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { EngineLogin } from '../engine/login.ts'
import { PrismaIamError } from '../errors.ts'
import type { DeployLock } from '../lock/lock.ts'
import { type LockOptions, withLock } from '../lock/wait.ts'
import type { Admin } from './admin.ts'
import { checkFirst, deployLockOf, workUnder } from './lock.ts'

/** The database sessions of one deploy. */
export interface Sessions {
  /** A session of its own for one piece of work; once the deploy lock is held, the session works under it. */
  use<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result>
  /**
   * Runs `work` while the given session holds the deploy lock.
   * @throws PRISMA_IAM_MIGRATE_LOCK after the time; the signal's reason when it came.
   */
  underLock<Result>(client: pg.Client, options: LockOptions, work: () => Promise<Result>): Promise<Result>
  /** The login for an engine, which works under the lock as well. */
  engineLogin(): Promise<EngineLogin>
  /** Ends the engine's sessions that outlived it: a killed engine's backend works on until its statement ends. */
  endEngines(client: pg.Client): Promise<void>
}

/**
 * Gives `work` the sessions of a deploy, and ends them all on the signal, in the middle of whatever they do.
 *
 * @throws PRISMA_IAM_MIGRATE_SESSION when a session broke under the work; the signal's reason when it came.
 */
export async function withSessions<Result>(
  admin: Admin,
  signal: AbortSignal | undefined,
  work: (sessions: Sessions) => Promise<Result>,
): Promise<Result> {
  const clients = new Set<pg.Client>()
  let lock: DeployLock | undefined
  let ending: Promise<unknown> | undefined
  const end = () => {
    ending = endAll(admin, clients).catch(() => undefined)
  }
  const use: Sessions['use'] = async (run) => {
    signal?.throwIfAborted()
    const client = await admin.connect({ signal })
    clients.add(client)
    try {
      signal?.throwIfAborted()
      if (lock !== undefined) await workUnder(lock, client)
      return await runOn(client, run)
    } finally {
      clients.delete(client)
      await client.end()
    }
  }
  const underLock: Sessions['underLock'] = async (client, options, run) => {
    const wanted = deployLockOf(admin, client, signal)
    return await withLock(wanted, options, async () => {
      lock = wanted
      if (wanted.ticket().kind === 'lease') checkFirst(client, () => wanted.check())
      return await run()
    })
  }
  const engineLogin = async () => ({ ...(await admin.engineLogin()), lock: lock?.ticket() })
  const endEngines = async (client: pg.Client) => {
    await endOthers(client, admin)
    await lock?.quiet(signal)
  }
  signal?.addEventListener('abort', end, { once: true })
  try {
    return await work({ use, underLock, engineLogin, endEngines })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', end)
    await ending
  }
}

/** A client that idles while Prisma works tells of its end by an event, which nobody else would hear. */
async function runOn<Result>(client: pg.Client, run: (client: pg.Client) => Promise<Result>): Promise<Result> {
  let lost: Error | undefined
  client.on('error', (error) => {
    lost ??= error
  })
  try {
    return await run(client)
  } catch (error) {
    if (lost === undefined) throw error
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_SESSION', `the database ended the session: ${lost.message}`, {
      hint: 'what was applied stands in the history; run the command again',
      cause: lost,
    })
  }
}

/** Through a session of its own, since those of the deploy are at work. */
async function endAll(admin: Admin, clients: ReadonlySet<pg.Client>): Promise<void> {
  // Who was still at the door is no session yet, and the door may be the thing that does not answer.
  if (clients.size === 0) return
  if (!seesSessions(admin)) {
    await Promise.all([...clients].map((client) => client.end()))
    return
  }
  const client = await admin.connect({ patienceMs: 0 })
  try {
    await endOthers(client, admin)
  } finally {
    await client.end()
  }
}

const patienceMs = 5000
const pauseMs = 50

async function endOthers(client: pg.Client, admin: Admin): Promise<void> {
  if (!seesSessions(admin)) return
  for (let waited = 0; waited < patienceMs; waited += pauseMs) {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = $1 AND usename = current_user AND pid <> pg_backend_pid()`,
      [admin.sessionName],
    )
    if (rowCount === 0) return
    await sleep(pauseMs)
  }
}

/** Aurora DSQL has neither session locks nor a way to end a session of somebody else. */
function seesSessions({ resolved }: Admin): boolean {
  return resolved.endpoint.capabilities.showsSessions
}
