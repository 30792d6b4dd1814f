import pg from 'pg'
import { type PostgresOptions, startPostgres } from '../../src/emulator/postgres/postgres.ts'

const { PRISMA_IAM_TEST_POSTGRES: major } = process.env

/** A test runs on another major version when the environment asks; those that `npm test` does not need lie with the proofs. */
const wanted: PostgresOptions =
  major === undefined
    ? {}
    : { major: Number(major), packagesFrom: new URL('../../proof/postgres/', import.meta.url).href }

/** A real PostgreSQL for one test file: start in `beforeAll`, stop in `afterAll`. */
export interface TestPostgres {
  /** Directory of the Unix socket, where everyone is trusted. */
  host: string
  port: number
  superuser: string
  version: string
  /** Superuser over TCP with a password, for programs that want a URL. */
  url: string
  /** The same URL for another database. */
  urlOf(database: string): string
  /** A connected client, superuser on database `postgres` unless told otherwise; ended by `stop`. */
  connect(options?: pg.ClientConfig): Promise<pg.Client>
  /** Makes an empty database with a fresh name and tells the name. */
  createDatabase(): Promise<string>
  /** Ends every client, stops the server, removes its directory. */
  stop(): Promise<void>
}

/** Starts the server; about a second. */
export async function testPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const server = await startPostgres({ ...wanted, ...options })
  const { host, port, superuser, version } = server
  const clients = new Set<pg.Client>()
  const connect = async (config: pg.ClientConfig = {}) => {
    const client = new pg.Client({ host, port, user: superuser, database: 'postgres', ...config })
    // Stopping the server under an idle client is ordinary here.
    client.on('error', () => {})
    await client.connect()
    clients.add(client)
    return client
  }
  const main = await connect()
  await main.query(`ALTER ROLE "${superuser}" PASSWORD 'loopback'`)
  const urlOf = (database: string) => `postgresql://${superuser}:loopback@127.0.0.1:${port}/${database}`
  let databases = 0
  return {
    host,
    port,
    superuser,
    version,
    url: urlOf('postgres'),
    urlOf,
    connect,
    async createDatabase() {
      const name = `test_${++databases}`
      await main.query(`CREATE DATABASE ${name}`)
      return name
    },
    async stop() {
      await Promise.allSettled([...clients].map((client) => client.end()))
      await server.stop()
    },
  }
}
