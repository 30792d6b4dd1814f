import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { iamPool } from '../../src/connect/pool.ts'
import { adminOf } from '../../src/migrate/admin.ts'
import { applyRoles } from '../../src/roles/apply.ts'
import { type Audit, auditRoles } from '../../src/roles/audit/audit.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { type PlanOptions, planRoles } from '../../src/roles/plan.ts'
import type { RoleServer, SqlClient } from '../../src/roles/server.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let dsql: TestEmulator
let admin: pg.Client
let other: pg.Client
let server: RoleServer

beforeAll(async () => {
  dsql = await testEmulator({ service: 'dsql' })
  const way = await adminOf({ ...dsql.options, admin: { user: 'admin' } }, { env: {} })
  server = way.roleServer
  ;[admin, other] = await Promise.all([way.connect(), way.connect()])
  for (const sql of [
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.a (id int PRIMARY KEY, secret text)',
    'CREATE TABLE shop.b (id int PRIMARY KEY)',
    'CREATE TABLE public.c (id int PRIMARY KEY)',
    'CREATE TABLE public._prisma_migrations (id int PRIMARY KEY)',
  ]) {
    await retried(admin, sql)
  }
})
afterAll(async () => {
  await Promise.all([admin.end(), other.end()])
  await dsql.stop()
})

/** A session that has fallen behind the catalog is told so once. */
async function retried(client: pg.Client | pg.Pool, sql: string) {
  try {
    return await client.query(sql)
  } catch (error) {
    expect(error).toMatchObject({ code: '40001' })
    return await client.query(sql)
  }
}

const arn = `arn:aws:iam::123456789012:user/${'emulator'}`
const reader = 'arn:aws:iam::123456789012:role/path/re=ad,er.@-_+'
const grants = [
  { schema: 'shop', tables: '*', privileges: 'readwrite' },
  { schema: 'public', tables: '*', privileges: 'readonly' },
] as const
const app: RoleManifest = { app: { iam: [arn, reader], grants } }

async function brought(manifest: RoleManifest, options: PlanOptions = {}) {
  const done = await applyRoles(admin, await planRoles(admin, manifest, server, options), server)
  expect((await planRoles(admin, manifest, server, options)).statements).toEqual([])
  return done.statements.map(({ sql }) => sql)
}

describe('roles on Aurora DSQL', () => {
  test('are made statement by statement: all of a schema at once, the tables of public by name', async () => {
    expect(await brought(app)).toEqual([
      'CREATE ROLE "app" LOGIN',
      `AWS IAM GRANT "app" TO '${arn}'`,
      `AWS IAM GRANT "app" TO '${reader}'`,
      'GRANT USAGE ON SCHEMA "shop" TO "app"',
      'GRANT SELECT ON TABLE "public"."c" TO "app"',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "shop" TO "app"',
    ])
  })

  test('are granted again what a migration adds, and nobody has to ask', async () => {
    await retried(other, 'CREATE TABLE shop.d (id int PRIMARY KEY)')
    await retried(other, 'CREATE TABLE public.e (id int PRIMARY KEY)')
    expect(await brought(app)).toEqual([
      'GRANT SELECT ON TABLE "public"."e" TO "app"',
      'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "shop"."d" TO "app"',
    ])
  })

  test('may bring OC001 once to an app that is connected, which the deploy says', async () => {
    const pool = iamPool({ ...dsql.options, pool: { max: 1 } })
    try {
      // The pool has one connection, so that both queries are of one session.
      await pool.query('SELECT FROM shop.a')
      const more: RoleManifest = { ...app, team: { login: false } }
      const { notices } = await applyRoles(admin, await planRoles(admin, more, server), server)
      expect(notices).toContainEqual(expect.stringContaining('may be told 40001 (OC001) once'))
      await retried(pool, 'SELECT FROM shop.a')
      await pool.query('SELECT FROM shop.a')
    } finally {
      await pool.end()
    }
  })

  test('lose a mapping and a grant that nobody declared, when asked', async () => {
    const stranger = 'arn:aws:iam::123456789012:role/stranger'
    await retried(other, `AWS IAM GRANT app TO '${stranger}'`)
    await retried(other, 'GRANT TRUNCATE ON public.c TO app')
    const { statements, notices } = await planRoles(admin, app, server)
    expect(statements).toEqual([])
    expect(notices).toEqual([
      `${stranger} may log in as app, which is not declared; left as it is`,
      'app holds more than declared in schema public, left as it is: TRUNCATE on table c',
    ])
    expect(await brought(app, { prune: true })).toEqual([
      `AWS IAM REVOKE "app" FROM '${stranger}'`,
      'REVOKE TRUNCATE ON TABLE "public"."c" FROM "app"',
    ])
  })

  test('are brought by two deploys at once, which collide and both succeed', async () => {
    const both: RoleManifest = { ...app, web: { iam: [reader], grants }, jobs: { iam: [arn], grants } }
    const soon = { sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms / 20)) }
    // Both have planned before either begins, so that the later one always meets what the other has done.
    const clients = [admin, other]
    const plans = await Promise.all(clients.map((client) => planRoles(client, both, server, soon)))
    const runs = await Promise.all(plans.map((plan, index) => applyRoles(clients[index] ?? admin, plan, server, soon)))
    expect(runs.reduce((sum, { retries }) => sum + retries, 0)).toBeGreaterThan(0)
    expect((await planRoles(admin, both, server, soon)).statements).toEqual([])
  })

  test('are audited as far as the server shows its catalogs, which is tried each time', async () => {
    await retried(other, "CREATE FUNCTION shop.one() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    const sentences = ({ findings }: Audit) => findings.map(({ sentence }) => sentence)
    const shown = await auditRoles(admin, app, server)
    expect(shown.notices).toEqual([])
    expect(sentences(shown)).toContainEqual(expect.stringContaining('EXECUTE on function one() in shop'))
    const closed: SqlClient = {
      query: async (text: string, values?: unknown[]) => {
        if (/pg_(proc|database)\b/.test(text)) throw Object.assign(new Error('permission denied'), { code: '42501' })
        return (await admin.query(text, values)) as never
      },
    }
    const hidden = await auditRoles(closed, app, server)
    expect(hidden.notices).toEqual([
      'functions are not looked at: this server does not show pg_proc (permission denied)',
      'rights on the database itself are not looked at: this server does not show pg_database (permission denied)',
    ])
    expect(sentences(hidden)).not.toContainEqual(expect.stringContaining('function'))
    await retried(other, 'DROP FUNCTION shop.one')
  })

  test('go in an order that the server takes: mappings, grants, role', async () => {
    const sql = await brought({ app: { absent: true } })
    expect(sql).toEqual([
      `AWS IAM REVOKE "app" FROM '${reader}'`,
      `AWS IAM REVOKE "app" FROM '${arn}'`,
      'REVOKE ALL PRIVILEGES ON SCHEMA "shop" FROM "app"',
      'REVOKE ALL PRIVILEGES ON TABLE "public"."c", "public"."e" FROM "app"',
      'REVOKE ALL PRIVILEGES ON TABLE "shop"."a", "shop"."b", "shop"."d" FROM "app"',
      'DROP ROLE "app"',
    ])
  })
})
