import type pg from 'pg'
import { advisoryLock, workUnderAdvisory } from '../lock/advisory.ts'
import type { Check } from '../lock/kept-mark.ts'
import { leaseLock } from '../lock/lease.ts'
import { type Line, steadyLine } from '../lock/line.ts'
import type { Ask, DeployLock } from '../lock/lock.ts'
import type { Admin } from './admin.ts'

/** The deploy lock, as the server can keep it: in the given session, or in rows and on a connection of its own. */
export function deployLockOf(admin: Admin, client: pg.Client, signal?: AbortSignal): DeployLock {
  if (admin.resolved.endpoint.capabilities.advisoryLocks) return advisoryLock(askOf(client))
  const openLine = async (): Promise<Line> => {
    // A deploy that was stopped gives its lease back where that goes at once; else the lease runs out.
    const own = await admin.connect(signal?.aborted ? { patienceMs: 0 } : { signal })
    // The lock asks again, on a new connection, when one is lost.
    own.on('error', () => undefined)
    return { ask: askOf(own), end: () => own.end() }
  }
  return leaseLock(steadyLine(openLine), {
    name: `${admin.sessionName} as ${admin.resolved.user}`,
    leaseMs: admin.leaseMs,
  })
}

/**
 * Puts a session of this process to work under the lock that another of its sessions holds: its statements bar a successor,
 * or, where they cannot, each is sent only while the lock is held.
 *
 * @throws PRISMA_IAM_MIGRATE_LOCK_LOST, then or from any later statement.
 */
export async function workUnder(lock: DeployLock, client: pg.Client): Promise<void> {
  const ticket = lock.ticket()
  if (ticket.kind === 'advisory') checkFirst(client, await workUnderAdvisory(askOf(client), ticket))
  else checkFirst(client, () => lock.check())
}

/** Has every statement of a client wait for a check; what need not wait, such as a stream, is sent as ever. */
export function checkFirst(client: pg.Client, check: Check): void {
  const send: (...parameters: unknown[]) => unknown = Reflect.get(client, 'query').bind(client)
  const query = (...parameters: unknown[]) => {
    const checked = check(textOf(parameters[0]))
    return checked === undefined ? send(...parameters) : checked.then(() => send(...parameters))
  }
  Object.assign(client, { query })
}

/** `pg` takes a text, or an object that has one. */
function textOf(query: unknown): string {
  return typeof query === 'string' ? query : String((query as { text?: unknown } | undefined)?.text ?? '')
}

function askOf(client: pg.Client): Ask {
  return async (text, values = []) => {
    const { rows } = await client.query<(string | null)[]>({
      text,
      values: [...values],
      rowMode: 'array',
      types: asText,
    })
    return rows[0]?.[0] ?? undefined
  }
}

const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value }
