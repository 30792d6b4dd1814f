import type pg from 'pg'
import { searchPathStatement } from '../connect/client.ts'
import type { Opening } from '../connect/open.ts'
import { pooledClient } from '../connect/pooled-client.ts'
import { loginFailure } from './login-failure.ts'

/**
 * Opens one session outside of any pool, by the pool's own settings and through its door.
 *
 * @throws PRISMA_IAM_MIGRATE_LOGIN with what to look at; the signal's reason as soon as it comes.
 */
export async function openDedicated(
  { pool, door, login, resolved }: Opening,
  database: string,
  applicationName: string,
  signal: AbortSignal | undefined,
): Promise<pg.Client> {
  signal?.throwIfAborted()
  const client = new (pooledClient(door))({ ...pool, database, application_name: applicationName })
  let stop = () => {}
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal?.reason)
  })
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([client.connect(), stopped])
    if (login.schema !== undefined && login.searchPathBy === 'statement')
      await client.query(searchPathStatement(login.schema))
    return client
  } catch (error) {
    client.connection.stream.destroy()
    signal?.throwIfAborted()
    throw loginFailure(error, database, resolved, door)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
