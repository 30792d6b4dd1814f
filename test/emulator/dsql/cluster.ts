import { connect, createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'
import { type DsqlCatalog, prepareDsqlCatalog } from '../../../src/emulator/dsql/catalog.ts'
import { createNeighbours, type Neighbours } from '../../../src/emulator/dsql/conflicts/neighbours.ts'
import { createDsqlSession, type DsqlSession, lockSettings } from '../../../src/emulator/dsql/session.ts'
import { createFrameReader } from '../../../src/emulator/wire/frames.ts'
import { testPostgres } from '../../support/postgres.ts'

/** PostgreSQL 16 behind the DSQL filter, without TLS and login. */
export interface TestCluster {
  catalog: DsqlCatalog
  /** Where the filter listens on 127.0.0.1. */
  port: number
  /** A client that goes through the filter. */
  connect(user?: string, config?: pg.ClientConfig): Promise<pg.Client>
  /** A superuser that does not. */
  superuser: pg.Client
  stop(): Promise<void>
}

/** Starts both; about a second. */
export async function testCluster(): Promise<TestCluster> {
  const server = await testPostgres({ major: 16 })
  const superuser = await server.connect()
  const catalog = await prepareDsqlCatalog(async (sql, params = []) => (await superuser.query(sql, [...params])).rows)
  await superuser.query(`ALTER DATABASE postgres SET lock_timeout = ${lockSettings.lock_timeout}`)
  const neighbours = createNeighbours()
  const listener = createServer((client) =>
    filter(client, connect(`${server.host}/.s.PGSQL.${server.port}`), neighbours),
  )
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const clients = new Set<pg.Client>()
  const port = portOf(listener)
  return {
    catalog,
    port,
    superuser,
    async connect(user = 'admin', config = {}) {
      const client = new pg.Client({ host: '127.0.0.1', port, user, database: 'postgres', ...config })
      client.on('error', () => {})
      await client.connect()
      clients.add(client)
      return client
    },
    async stop() {
      await Promise.allSettled([...clients].map((client) => client.end()))
      await new Promise((resolve) => listener.close(resolve))
      await server.stop()
    },
  }
}

/** Lets the startup through and everything behind the first ReadyForQuery go through a session. */
function filter(client: Socket, server: Socket, neighbours: Neighbours): void {
  let session: DsqlSession | undefined
  let startup = Buffer.alloc(0)
  const [fromClient, fromServer] = [createFrameReader(1 << 24), createFrameReader(1 << 30)]
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one
      .setNoDelay()
      .on('error', () => {})
      .on('close', () => other.destroy())
  }
  client.on('data', (chunk) => {
    if (session) {
      fromClient.read(chunk, session.fromClient)
      return
    }
    startup = Buffer.concat([startup, chunk])
    if (startup.length >= 4 && startup.length >= startup.readInt32BE(0)) server.write(startup)
  })
  server.on('close', () => session?.end())
  const hear = (message: Buffer) => {
    if (session) return session.fromServer(message)
    client.write(message)
    if (String.fromCharCode(message[0] ?? 0) !== 'Z') return
    const [, user = ''] = /user\0([^\0]*)/.exec(startup.toString('utf8', 8)) ?? []
    session = createDsqlSession({
      user,
      neighbours,
      toServer: (each) => void server.write(each),
      toClient: (each) => void client.write(each),
    })
  }
  const asIs = (type: number) => session?.asIs(type) === true
  server.on('data', (chunk) => fromServer.read(chunk, hear, asIs, (messages) => void client.write(messages)))
}

function portOf(listener: Server): number {
  const address = listener.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** What a client gets for each statement of a script sent at once, and the error that ended it. */
export async function outcome(client: pg.Client, sql: string, values?: unknown[]): Promise<unknown[]> {
  const results: unknown[] = []
  try {
    const answer = (await client.query(sql, values)) as pg.QueryResult | pg.QueryResult[]
    for (const each of [answer].flat()) results.push(each.rows.length > 0 ? each.rows : each.command)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    results.push(`${error.code} ${error.message}`)
  }
  return results
}
