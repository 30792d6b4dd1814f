import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { callEngine, migrations } from './in-process.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(() => server.stop())

const ours =
  'CREATE TABLE _prisma_iam_hooks (name text PRIMARY KEY, at int CHECK (at > 0)); CREATE INDEX ON _prisma_iam_hooks (at)'
const theirs = 'CREATE TABLE "_prisma_iamb" (id int PRIMARY KEY)'

async function databaseWith(sql: string): Promise<string> {
  const database = await server.createDatabase()
  await (await server.connect({ database })).query(sql)
  return database
}

test('a schema that holds nothing but our own tables is empty to Prisma, any other table is P3005', async () => {
  const files = migrations({ '0001_first': 'CREATE TABLE first ();' })
  const apply = async (sql: string) =>
    (await callEngine(server, await databaseWith(sql), 'applyMigrations', files)).outcome
  expect(await apply(ours)).toEqual({ result: { appliedMigrationNames: ['0001_first'] } })
  expect(await apply(theirs)).toMatchObject({ failure: { error_code: 'P3005' } })
})

test('`db pull` makes no model of them', async () => {
  const content = 'datasource db {\n  provider = "postgresql"\n}\n'
  const params = {
    schema: { files: [{ path: 'schema.prisma', content }] },
    baseDirectoryPath: '/',
    force: false,
    compositeTypeDepth: -1,
    namespaces: null,
  }
  const { outcome } = await callEngine(server, await databaseWith(`${ours}; ${theirs}`), 'introspect', params)
  const text = JSON.stringify(outcome)
  expect(text).toContain('model prisma_iamb')
  expect(text).not.toContain('_prisma_iam_hooks')
})
