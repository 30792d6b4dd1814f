import pg from 'pg'
import type { Service } from './endpoint.ts'
import type { Query } from './login/gate.ts'
import { parseUpstream, type Upstream } from './login/upstream.ts'
import { startPostgres } from './postgres/postgres.ts'

/** The PostgreSQL behind an emulator, and the emulator's own way to ask it. */
export interface Backend {
  upstream: Upstream
  superuser: { host: string; port: number; user: string; database: string; password?: string }
  query: Query
  /** Stops PostgreSQL, waits for `pause`, starts it again at the same place; refused for a server that is not ours. */
  restart(pause: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** Starts the service's PostgreSQL, or takes the one whose URL is given. */
export async function openBackend(options: {
  service: Service
  directory?: string
  upstream?: string
}): Promise<Backend> {
  return options.upstream === undefined ? ownBackend(options) : foreignBackend(options.upstream)
}

async function ownBackend({ service, directory }: { service: Service; directory?: string }): Promise<Backend> {
  const server = await startPostgres({
    // DSQL's base is PostgreSQL 16 (recorded as 16.15, September 2026).
    major: service === 'dsql' ? 16 : 'any',
    superuser: service === 'dsql' ? 'dsqladmin' : 'rdsadmin',
    settings: { max_connections: '400' },
    ...(directory === undefined ? {} : { directory }),
  })
  const { host, port, database, superuser: user } = server
  const superuser = { host, port, user, database }
  const protocolMinor = newestMinor(Number.parseInt(server.version, 10))
  const { query, end } = ask(superuser)
  return {
    upstream: { kind: 'own', ...superuser, protocolMinor },
    superuser,
    query,
    restart: (pause) => server.restart(pause),
    async close() {
      await end()
      await server.stop()
    },
  }
}

async function foreignBackend(url: string): Promise<Backend> {
  const target = parseUpstream(url)
  const { host, port, user, database, password } = target
  const superuser = { host, port, user, database, password }
  const { query, end } = ask(superuser)
  try {
    const [facts] = await query(`SELECT current_setting('server_version_num')::int / 10000 AS major,
      current_setting('is_superuser') = 'on' AS superuser`)
    if (facts?.superuser !== true) throw new Error('The upstream login is not a superuser.\nHint: name one in the URL.')
    const upstream = { ...target, protocolMinor: newestMinor(Number(facts.major)) }
    return { upstream, superuser, query, restart: refuseRestart, close: end }
  } catch (error) {
    await end()
    throw error
  }
}

async function refuseRestart(): Promise<never> {
  throw new Error("The upstream is not the emulator's own, so it cannot be restarted.\nHint: leave `upstream` out.")
}

function ask(config: pg.PoolConfig): { query: Query; end: () => Promise<void> } {
  // One connection, so that questions can build a transaction of each other.
  const pool = new pg.Pool({ ...config, max: 1, idleTimeoutMillis: 0 })
  // An idle connection that breaks is replaced by the next question.
  pool.on('error', () => {})
  return {
    query: async (sql, params = []) => (await pool.query<Record<string, unknown>>(sql, [...params])).rows,
    end: () => pool.end(),
  }
}

/** Protocol 3.2 came with PostgreSQL 18. */
function newestMinor(major: number): number {
  return major >= 18 ? 2 : 0
}
