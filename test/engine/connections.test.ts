import { afterAll, beforeAll, expect, test } from 'vitest'
import { createConnections } from '../../src/engine/connections.ts'
import { handleCalls } from '../../src/engine/serve.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { migrations } from './in-process.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await server.stop()
})

async function call(url: string, method: string, params: object): Promise<unknown> {
  const connections = createConnections({ url }, { env: {}, onGone: () => {} })
  const outcome = await handleCalls([], connections)(method, params, async () => {})
  await connections.end()
  return outcome
}

const first = { '0001_first': 'CREATE TABLE "Order" (id int PRIMARY KEY);' }

/** The parameters of `diff --from-migrations … --to-empty`, which needs a shadow database. */
function throughShadow(files: Record<string, string>): object {
  const { migrationsList, filters } = migrations(files) as { migrationsList: object; filters: object }
  return { from: { tag: 'migrations', ...migrationsList }, to: { tag: 'empty' }, script: true, exitCode: null, filters }
}

async function shadows(): Promise<unknown[]> {
  const client = await server.connect()
  return (await client.query("SELECT datname FROM pg_database WHERE datname LIKE '%shadow%'")).rows
}

test('a migration that the shadow refuses is P3006 with the words of the server, and the shadow goes', async () => {
  const url = server.urlOf(await server.createDatabase())
  expect(await call(url, 'diff', throughShadow({ '0001_bad': 'CREATE TABLE a (id nothing)' }))).toMatchObject({
    failure: { error_code: 'P3006', message: expect.stringContaining('type "nothing" does not exist') },
  })
  expect(await shadows()).toEqual([])
})

test('a shadow that may not be made is P3014 with the words of the server', async () => {
  const database = await server.createDatabase()
  const client = await server.connect({ database })
  await client.query("CREATE ROLE small LOGIN PASSWORD 'loopback'")
  const url = server.urlOf(database).replace('postgres:', 'small:')
  expect(await call(url, 'diff', throughShadow(first))).toMatchObject({
    failure: {
      error_code: 'P3014',
      message: expect.stringMatching(/could not create the shadow database(.|\n)*permission denied to create database/),
    },
  })
})

test('a schema in the URL is where everything goes', async () => {
  const database = await server.createDatabase()
  expect(await call(`${server.urlOf(database)}?schema=my app`, 'applyMigrations', migrations(first))).toHaveProperty(
    'result',
  )
  const client = await server.connect({ database })
  const tables =
    "SELECT relname, relnamespace::regnamespace FROM pg_class WHERE relkind = 'r' AND relname ~ 'Order|migrations'"
  expect((await client.query(`${tables} ORDER BY 1`)).rows).toEqual([
    { relname: 'Order', relnamespace: '"my app"' },
    { relname: '_prisma_migrations', relnamespace: '"my app"' },
  ])
})
