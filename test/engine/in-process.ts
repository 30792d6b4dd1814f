import pg from 'pg'
import type { EngineCapabilities } from '../../src/engine/login.ts'
import { handleCalls } from '../../src/engine/serve.ts'
import { openSession, type Session } from '../../src/engine/session.ts'
import type { TestPostgres } from '../support/postgres.ts'

/** One run of the real WebAssembly engine in this process, as Prisma's CLI would have asked for it. */
export interface EngineRun {
  outcome: Awaited<ReturnType<ReturnType<typeof handleCalls>>>
  /** Every statement that reached the server, in order. */
  sent: string[]
}

export interface RunOptions {
  capabilities?: EngineCapabilities
  lockTimeoutMs?: number | 'off'
  /** The connection dies when this many statements have been sent. */
  dieAfter?: number
}

export async function callEngine(
  server: TestPostgres,
  database: string,
  method: string,
  params: unknown,
  options: RunOptions = {},
): Promise<EngineRun> {
  const client = new pg.Client({ host: server.host, port: server.port, user: server.superuser, database })
  await client.connect()
  const sent: string[] = []
  const session = mortal(openSession(client), sent, options.dieAfter ?? Number.POSITIVE_INFINITY, () =>
    die(server, client),
  )
  const connection = {
    session,
    schema: 'public',
    capabilities: options.capabilities ?? { transactionalDdl: true, advisoryLocks: true, severalDatabases: true },
    lockTimeoutMs: options.lockTimeoutMs ?? 10_000,
  }
  const unused = () => Promise.reject(new Error('not part of this test'))
  const handle = handleCalls([], {
    main: async () => connection,
    shadow: unused,
    server: () => ({ host: 'db.example', port: 5432, user: 'admin', database }),
  })
  const outcome = await handle(method, params, async () => {})
  await client.end().catch(() => {})
  return { outcome, sent }
}

/** The parameters of `applyMigrations` for files by name. */
export function migrations(files: Record<string, string>): object {
  const migrationDirectories = Object.entries(files).map(([path, value]) => ({
    path,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } },
  }))
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' }
  return {
    migrationsList: { baseDir: '/migrations', lockfile, shadowDbInitScript: '', migrationDirectories },
    filters: { externalTables: [], externalEnums: [] },
  }
}

function mortal(session: Session, sent: string[], dieAfter: number, kill: () => Promise<void>): Session {
  const send = async <Result>(sql: string, go: () => Promise<Result>): Promise<Result> => {
    if (sent.length >= dieAfter) await kill()
    const result = go()
    if (sent.length < dieAfter) sent.push(sql)
    return await result
  }
  return {
    query: (sql, values) => send(sql, () => session.query(sql, values)),
    script: (text) => send(text, () => session.script(text)),
    end: () => session.end(),
  }
}

/** Cuts the connection and waits until the server has noticed, as it has when an operator runs the command again. */
async function die(server: TestPostgres, client: pg.Client): Promise<void> {
  const witness = await server.connect()
  const pid: unknown = Reflect.get(client, 'processID')
  await witness.query('SELECT pg_terminate_backend($1)', [pid])
  while ((await witness.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount) {}
  await witness.end()
}
