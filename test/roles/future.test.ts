import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import type { RoleServer, SqlClient } from '../../src/roles/server.ts'
import { freshShop, mayRun, rds, type TestRds, testRds } from './rds.ts'

let server: TestRds

beforeAll(async () => {
  server = await testRds()
})
afterAll(() => server.postgres.stop())
beforeEach(() => freshShop(server))

const app: RoleManifest = {
  app: { grants: [{ schema: 'shop', tables: '*', privileges: 'readwrite', future: true }] },
}

async function applied(manifest: RoleManifest) {
  const result = await applyRoles(server.master, await planRoles(server.master, manifest, rds), rds)
  expect((await planRoles(server.master, manifest, rds)).statements).toEqual([])
  return result
}

test('future tables, and the sequences that number them, are granted as they are made', async () => {
  const { statements } = await applied(app)
  expect(statements.slice(-2)).toEqual([
    {
      summary: 'grant SELECT, INSERT, UPDATE, DELETE on every future table of master in shop to app',
      sql: 'ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA "shop" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "app"',
      danger: 'widens',
    },
    expect.objectContaining({ summary: 'grant USAGE, SELECT on every future sequence of master in shop to app' }),
  ])
  await server.master.query('CREATE TABLE shop."Refund" (id serial, total int)')
  expect(await mayRun(server, 'app', 'INSERT INTO shop."Refund" (total) VALUES (1)')).toBe(true)
  expect((await planRoles(server.master, app, rds)).statements).toEqual([])
})

test('future functions can be granted', async () => {
  await server.master.query('ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC')
  await applied({ app: { grants: [{ schema: 'shop', functions: '*', privileges: ['EXECUTE'], future: true }] } })
  await server.master.query(`CREATE FUNCTION shop.later() RETURNS int LANGUAGE sql AS 'SELECT 1'`)
  expect(await mayRun(server, 'app', 'SELECT shop.later()')).toBe(true)
})

test('a history of migrations that is made anew is taken back from who gets future tables', async () => {
  await applied(app)
  await server.master.query('DROP TABLE shop._prisma_migrations; CREATE TABLE shop._prisma_migrations (id text)')
  expect(await mayRun(server, 'app', 'SELECT FROM shop._prisma_migrations')).toBe(true)
  const { statements } = await applied(app)
  expect(statements.map(({ summary }) => summary)).toEqual([
    'revoke everything on table _prisma_migrations in shop from app',
  ])
  expect(await mayRun(server, 'app', 'SELECT FROM shop._prisma_migrations')).toBe(false)
})

test('what is made by somebody else is not promised', async () => {
  await applied(app)
  await server.superuser.query('CREATE TABLE shop."Foreign" (id int)')
  expect(await mayRun(server, 'app', 'SELECT FROM shop."Foreign"')).toBe(false)
})

/** The server, but for its answer to ALTER DEFAULT PRIVILEGES. */
function refusing(code: string): { client: SqlClient; asked: string[] } {
  const asked: string[] = []
  const query = async (text: string, values?: unknown[]) => {
    asked.push(text)
    if (text.startsWith('ALTER DEFAULT')) throw Object.assign(new Error('not supported'), { code })
    return server.master.query(text, values)
  }
  return { client: { query: query as SqlClient['query'] }, asked }
}

const unproven: RoleServer = { ...rds, defaultPrivilegesUnproven: true }

test('where default privileges are unproven they are tried, rolled back, and left out with a notice when refused', async () => {
  const { client, asked } = refusing('0A000')
  const plan = await planRoles(client, app, unproven)
  expect(asked.slice(-3)).toEqual(['BEGIN', expect.stringContaining('ALTER DEFAULT PRIVILEGES'), 'ROLLBACK'])
  expect(plan.notices).toEqual([
    'this server takes no default privileges in schema shop: what is made there later is granted by the next deploy',
  ])
  await applyRoles(client, plan, unproven)
  expect((await planRoles(client, app, unproven)).statements).toEqual([])
})

test('where they are taken when tried, they are used, and nothing of the trial stays', async () => {
  const plan = await planRoles(server.master, app, unproven)
  expect((await server.superuser.query('SELECT FROM pg_default_acl')).rowCount).toBe(0)
  expect(plan.statements.some(({ sql }) => sql.startsWith('ALTER DEFAULT PRIVILEGES'))).toBe(true)
  // A permission that lacks is no answer to whether the server knows the statement.
  const { statements } = await planRoles(refusing('42501').client, app, unproven)
  expect(statements).toEqual(plan.statements)
})

test('a schema of the system is passed over with the notice', async () => {
  const onPublic: RoleManifest = { app: { grants: [{ tables: '*', privileges: 'readonly', future: true }] } }
  const plan = await planRoles(server.master, onPublic, { ...unproven, publicSchemaIsSystem: true })
  expect(plan.notices).toEqual([expect.stringContaining('no default privileges in schema public')])
})
