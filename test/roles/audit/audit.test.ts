import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyRoles } from '../../../src/roles/apply.ts'
import { auditRoles } from '../../../src/roles/audit/audit.ts'
import type { RoleManifest } from '../../../src/roles/manifest.ts'
import { planRoles } from '../../../src/roles/plan.ts'
import { arn, rds, type TestRds, testRds } from '../rds.ts'

let server: TestRds

beforeAll(async () => {
  server = await testRds()
})
afterAll(() => server.postgres.stop())

const manifest: RoleManifest = {
  app: {
    iam: [arn],
    memberOf: ['readers'],
    grants: [{ schema: 'shop', tables: ['Order'], privileges: 'readwrite' }],
  },
  readers: { login: false, grants: [{ schema: 'shop', tables: '*', privileges: 'readonly' }] },
}

beforeEach(async () => {
  const { master, superuser } = server
  await superuser.query('DROP SCHEMA IF EXISTS shop CASCADE; DROP SCHEMA IF EXISTS "new" CASCADE')
  const { rows } = await superuser.query<{ name: string }>(
    `select quote_ident(rolname) as name from pg_roles where rolname !~ '^(pg_|rds_)' and rolname not in ('postgres', 'master')`,
  )
  for (const { name } of rows) await superuser.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`)
  await superuser.query('GRANT CREATE ON DATABASE postgres TO master; REVOKE CREATE ON SCHEMA public FROM PUBLIC')
  await master.query(`
    CREATE SCHEMA shop;
    CREATE TABLE shop."Order" (id int PRIMARY KEY, secret text);
    CREATE TABLE shop."Item" (id int PRIMARY KEY);
    CREATE TABLE shop._prisma_migrations (id text);
    CREATE FUNCTION shop.total(int) RETURNS int LANGUAGE sql AS 'SELECT 1'`)
  await applyRoles(master, await planRoles(master, manifest, rds), rds)
})

const audited = async (declared = manifest) => (await auditRoles(server.master, declared, rds)).findings

/** Does what the findings say, as the superuser, and looks again. */
async function mended(declared = manifest) {
  for (const { sql } of await audited(declared)) if (sql !== null) await server.superuser.query(sql)
  return audited(declared)
}

test('roles that are as declared leave nothing to find, the admin and the roles of RDS included', async () => {
  expect(await audited()).toEqual([])
})

test('what the admin may not see is told, and is found by who may', async () => {
  await server.superuser.query(`ALTER ROLE app PASSWORD 'beside'`)
  const { findings, notices } = await auditRoles(server.master, manifest, rds)
  expect(findings).toEqual([])
  expect(notices).toEqual(['master may not see whether a role has a password'])
  const seen = await auditRoles(server.superuser, manifest, rds)
  expect(seen.notices).toEqual([])
  expect(seen.findings).toContainEqual(
    expect.objectContaining({ kind: 'password', role: 'app', sql: 'ALTER ROLE "app" PASSWORD NULL' }),
  )
})

describe('drift', () => {
  test('is what applying would do', async () => {
    await server.master.query('REVOKE UPDATE ON shop."Order" FROM app')
    const [finding] = await audited()
    expect(finding).toMatchObject({
      kind: 'drift',
      danger: 'low',
      sentence: 'not as declared; to do: grant UPDATE on table Order in shop to app',
      sql: 'GRANT UPDATE ON TABLE "shop"."Order" TO "app"',
    })
    expect(await mended()).toEqual([])
  })

  test('in the way of logging in is told once, as what it is', async () => {
    await server.master.query('REVOKE rds_iam FROM app')
    expect(await audited()).toEqual([
      {
        kind: 'iam',
        danger: 'medium',
        role: 'app',
        object: 'role app',
        sentence: 'app is declared with IAM, but does not inherit rds_iam: AWS asks it for a password',
        sql: 'GRANT "rds_iam" TO "app"',
      },
    ])
    expect(await mended()).toEqual([])
  })

  test('is also a declaration that the database has outgrown', async () => {
    await server.master.query('DROP TABLE shop."Order"')
    expect(await audited()).toMatchObject([
      { kind: 'declaration', sentence: 'role "app": there is no table "Order"', sql: null },
    ])
  })
})

describe('extra access of a declared role', () => {
  test('is found in declared schemas and in others, on columns and on the history of migrations', async () => {
    await server.master.query(`
      CREATE SCHEMA new; CREATE TABLE new.one (id int); CREATE TABLE new.two (id int);
      GRANT TRUNCATE ON new.one, new.two TO app;
      GRANT UPDATE (secret) ON shop."Order" TO readers;
      GRANT DELETE ON shop._prisma_migrations TO app`)
    await server.superuser.query('GRANT CREATE ON DATABASE postgres TO app')
    expect(await audited()).toMatchObject([
      { danger: 'high', sentence: expect.stringContaining('DELETE on table _prisma_migrations in shop') },
      {
        kind: 'extra',
        role: 'app',
        object: '2 tables one, two in new',
        sentence: 'app holds TRUNCATE on 2 tables one, two in new, which is not declared',
        sql: 'REVOKE TRUNCATE ON TABLE "new"."one", "new"."two" FROM "app"',
      },
      { danger: 'medium', sentence: expect.stringContaining('CREATE on database postgres') },
      { role: 'readers', sql: 'REVOKE UPDATE ("secret") ON TABLE "shop"."Order" FROM "readers"' },
    ])
    expect(await mended()).toEqual([])
  })

  test('comes by memberships and ownership too', async () => {
    await server.superuser.query(`
      CREATE ROLE auditors; GRANT auditors TO app; GRANT pg_read_all_data TO readers;
      ALTER TABLE shop."Item" OWNER TO app`)
    expect(await audited()).toMatchObject([
      {
        kind: 'power',
        danger: 'high',
        sentence: 'readers is a member of pg_read_all_data: reads every table of every schema',
      },
      { kind: 'extra', sentence: 'app is a member of auditors: may do what that role may do' },
      { kind: 'owner', sql: 'ALTER TABLE "shop"."Item" OWNER TO "master"' },
    ])
    await server.superuser.query('GRANT CREATE ON SCHEMA shop TO master')
    expect(await mended()).toEqual([])
  })

  test('that is declared none is drift, and not told twice', async () => {
    const closed: RoleManifest = {
      ...manifest,
      app: { iam: [arn], memberOf: ['readers'], grants: [{ schema: 'shop', tables: ['Order'], privileges: 'none' }] },
    }
    expect(await audited(closed)).toMatchObject([
      { kind: 'drift', danger: 'medium', sentence: expect.stringContaining('revoke everything on table Order') },
      { kind: 'extra', danger: 'low', sentence: 'app holds USAGE on schema shop, which is not declared' },
    ])
  })
})

describe('roles with power', () => {
  test('are found whether they are declared or not; the admin is not', async () => {
    await server.superuser.query(`
      CREATE ROLE stranger LOGIN SUPERUSER; CREATE ROLE idle CREATEDB; ALTER ROLE app BYPASSRLS CREATEROLE`)
    expect(await audited()).toMatchObject([
      {
        kind: 'undeclared-login',
        danger: 'high',
        sentence: 'stranger may log in, and nobody declared it',
        sql: 'ALTER ROLE "stranger" NOLOGIN',
      },
      { kind: 'power', role: 'app', danger: 'high', sql: 'ALTER ROLE "app" NOCREATEROLE NOBYPASSRLS' },
      { kind: 'power', role: 'stranger', sentence: 'stranger has SUPERUSER' },
      { kind: 'power', role: 'idle', danger: 'medium' },
    ])
    expect(await mended()).toEqual([])
  })

  test('that nobody declared are told with their way in', async () => {
    await server.superuser.query(`CREATE ROLE "Ghost $$" LOGIN PASSWORD 'x'; GRANT rds_iam TO "Ghost $$"`)
    const { findings } = await auditRoles(server.superuser, manifest, rds)
    const sentences = findings.map(({ sentence }) => sentence)
    expect(sentences).toContain('"Ghost $$" may log in by IAM, by password, and nobody declared it')
  })
})

test('what everybody may do beyond the defaults is found', async () => {
  await server.superuser.query('GRANT CREATE ON SCHEMA public TO PUBLIC')
  await server.master.query(`
    CREATE FUNCTION shop.sudo(text, int[]) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
    GRANT SELECT ON shop."Item" TO PUBLIC;
    GRANT INSERT (secret) ON shop."Order" TO PUBLIC;
    ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC`)
  const findings = await audited()
  expect(findings.map(({ danger, sentence }) => `${danger}: ${sentence}`)).toEqual([
    'high: everybody (PUBLIC) may INSERT on column secret of table Order in shop',
    'high: everybody (PUBLIC) may CREATE on schema public',
    'medium: everybody (PUBLIC) may EXECUTE on function sudo(text, integer[]) in shop, with the rights of master',
    'medium: everybody (PUBLIC) will have SELECT on every table that master makes in shop',
    'medium: everybody (PUBLIC) may SELECT on table Item in shop',
  ])
  expect(await mended()).toEqual([])
})

test('names are data', async () => {
  const role = `a"b'; --\n$$`
  await server.superuser.query(`
    CREATE ROLE "a""b'; --\n$$" LOGIN; CREATE SCHEMA "new"; CREATE TABLE "new"."x""; DROP TABLE y" (id int);
    GRANT INSERT ON "new"."x""; DROP TABLE y" TO "a""b'; --\n$$"`)
  const declared: RoleManifest = { ...manifest, [role]: {} }
  expect(await audited(declared)).toMatchObject([{ kind: 'extra', role, sentence: expect.stringContaining('INSERT') }])
  expect(await mended(declared)).toEqual([])
})

test('the number of queries does not grow with the number of objects', async () => {
  let queries = 0
  const counting = {
    query: (text: string, values?: unknown[]) => {
      queries += 1
      return server.superuser.query(text, values) as never
    },
  }
  await auditRoles(counting, manifest, rds)
  const before = queries
  await server.superuser.query(
    `DO $$ BEGIN FOR n IN 1..200 LOOP EXECUTE format('CREATE TABLE shop.t%s (id int); GRANT SELECT ON shop.t%s TO app', n, n); END LOOP; END $$`,
  )
  queries = 0
  expect((await auditRoles(counting, manifest, rds)).findings.length).toBeGreaterThan(0)
  expect(queries).toBe(before)
})
