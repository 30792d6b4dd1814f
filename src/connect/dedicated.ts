import type pg from 'pg'
import { clientConfig, searchPathStatement } from './client.ts'
import type { Door } from './door.ts'
import type { Login } from './login.ts'
import { pooledClient } from './pooled-client.ts'
import { firstTry, nextTry, type Patience } from './retry.ts'
import { createSiblings } from './siblings.ts'

/**
 * How long a session that is no pool's is tried for unless the user says otherwise, in milliseconds. Whoever migrates has
 * time: a cluster of Aurora DSQL that went to sleep needs longer the more it holds, and AWS names no time ("Aurora DSQL
 * cluster lifecycle", read 2026-11).
 */
export const dedicatedPatienceMs = 60_000

/**
 * Opens one session outside of any pool, through a pool's door: tried again where that helps, explained where not.
 *
 * @throws what the last try showed; the signal's reason as soon as it comes.
 */
export async function openDedicated(
  door: Door,
  config: pg.ClientConfig,
  { schema, searchPathBy }: Pick<Login, 'schema' | 'searchPathBy'>,
  patience: Patience,
): Promise<pg.Client> {
  const { signal } = patience
  const tries = firstTry(patience)
  for (;;) {
    signal?.throwIfAborted()
    const client = new (pooledClient(door))(config)
    try {
      await unlessAborted(client.connect(), signal)
      if (schema !== undefined && searchPathBy === 'statement') await client.query(searchPathStatement(schema))
      return client
    } catch (error) {
      client.connection.stream.destroy()
      signal?.throwIfAborted()
      const final = await nextTry(error as Error, tries, door)
      if (final) throw final
    }
  }
}

/** The same for a login by itself; what the server says of it stays as it is. */
export function openByLogin(login: Login, patience: Patience): Promise<pg.Client> {
  const config = clientConfig(login)
  const door: Door = {
    place: { ...login.verify, user: login.user },
    service: 'postgresql',
    siblings: createSiblings('server'),
    pace: () => 0,
    tokens: undefined,
    timeoutMs: config.connectionTimeoutMillis ?? 0,
    longestLifeSeconds: undefined,
    opening: new Set(),
    attempts: new WeakMap(),
    ages: new WeakMap(),
    clock: Date.now,
    random: Math.random,
  }
  return openDedicated(door, config, login, patience)
}

async function unlessAborted(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  let stop = () => {}
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal?.reason)
  })
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([work, stopped])
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
