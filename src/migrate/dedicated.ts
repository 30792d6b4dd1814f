import type pg from 'pg'
import { openDedicated } from '../connect/dedicated.ts'
import type { Opening } from '../connect/open.ts'
import type { Patience } from '../connect/retry.ts'
import { loginFailure } from './login-failure.ts'

/** A session that somebody wants. */
export interface Wanted extends Patience {
  database: string
  applicationName: string
}

/**
 * Opens one session outside of any pool, by the pool's own settings and through its door.
 *
 * @throws PRISMA_IAM_MIGRATE_LOGIN with what to look at; the signal's reason as soon as it comes.
 */
export async function logIn({ pool, door, login, resolved }: Opening, wanted: Wanted): Promise<pg.Client> {
  const { database, applicationName, signal } = wanted
  try {
    return await openDedicated(door, { ...pool, database, application_name: applicationName }, login, wanted)
  } catch (error) {
    signal?.throwIfAborted()
    throw loginFailure(error, database, resolved)
  }
}
