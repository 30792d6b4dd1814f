import type pg from 'pg'
import { dedicatedPatienceMs, openByLogin } from '../connect/dedicated.ts'
import type { Login } from '../connect/login.ts'
import type { Retrying } from '../connect/retrying.ts'
import type { Served } from './login.ts'

/** Whom a login came from, and until when it is worth a try. */
export interface Way extends Partial<Pick<Served, 'renew' | 'tell'>> {
  /** Resolves when nobody waits for the session any more. Default never. */
  left?: Promise<void>
  /** Called then, while no session is open yet. */
  leave?: () => Promise<void>
}

/**
 * Opens a session of the engine. While a server wakes up, it tries again where somebody can be told why that takes time,
 * and each time with a password that is good by then.
 *
 * @throws what the server or the network said.
 */
export async function enter(login: Login, { renew, tell, left, leave }: Way): Promise<pg.Client> {
  const leaving = new AbortController()
  void left?.then(() => leaving.abort(new Error('Nobody waits for this login any more.')))
  const budgetMs = renew === undefined ? 0 : login.connectTimeoutMs || dedicatedPatienceMs
  let password = login.password
  const onRetry = (retry: Retrying) => {
    password = renew ?? password
    tell?.({ kind: 'retrying', ...retry })
  }
  const now: Login = {
    applicationName: 'prisma-iam schema engine',
    ...login,
    password: async () => (typeof password === 'function' ? await password() : password),
  }
  try {
    return await openByLogin(now, { budgetMs, signal: leaving.signal, onRetry })
  } catch (error) {
    if (leaving.signal.aborted) await leave?.()
    throw error
  }
}
