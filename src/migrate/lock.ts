import type pg from 'pg'
import { advisoryLock, workUnderAdvisory } from '../lock/advisory.ts'
import type { Ask, DeployLock, LockTicket } from '../lock/lock.ts'

/** The deploy lock, as the server can keep it. */
export function deployLockOf(client: pg.Client): DeployLock {
  return advisoryLock(askOf(client))
}

/** Puts a session of this process to work under the lock that another of its sessions holds. */
export async function workUnder(ticket: LockTicket, client: pg.Client): Promise<void> {
  await workUnderAdvisory(askOf(client), ticket)
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
