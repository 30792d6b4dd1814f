import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import { auditRoles } from '../../src/roles/audit/audit.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import { arn, freshShop, hasGrantOptions, mayRun, rds, type TestRds, testRds } from './rds.ts'

let server: TestRds

beforeAll(async () => {
  server = await testRds()
})
afterAll(() => server.postgres.stop())
beforeEach(() => freshShop(server))

const app: RoleManifest = {
  app: { iam: [arn], grants: [{ schema: 'shop', tables: ['Item'], privileges: ['SELECT'] }] },
}

async function brought(manifest: RoleManifest, prune: boolean) {
  const { statements } = await applyRoles(server.master, await planRoles(server.master, manifest, rds, { prune }), rds)
  expect((await planRoles(server.master, manifest, rds, { prune })).statements).toEqual([])
  return statements.map(({ summary }) => summary)
}

describe('pruning', () => {
  test('takes from declared roles what they hold beyond the declaration, in every schema, and from nobody else', async () => {
    await brought(app, false)
    await server.master.query(`
      CREATE ROLE team; CREATE ROLE other LOGIN; CREATE SCHEMA extra; CREATE TABLE extra.t (id int);
      CREATE FUNCTION extra.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
      GRANT team, rds_iam TO app; GRANT team TO other;
      GRANT USAGE ON SCHEMA extra TO app, other; GRANT SELECT, INSERT ON extra.t TO app, other;
      GRANT EXECUTE ON FUNCTION extra.f TO app; GRANT DELETE ON shop."Item" TO app, other;
      GRANT UPDATE (name) ON shop."Item" TO app;
      ALTER DEFAULT PRIVILEGES IN SCHEMA extra GRANT SELECT ON TABLES TO app`)
    try {
      const kept = await planRoles(server.master, app, rds)
      expect(kept.statements).toEqual([])
      expect(kept.notices).toEqual([
        'app is a member of team, which is not declared; left as it is',
        'app holds more than declared in schema shop, left as it is: DELETE on table Item; UPDATE on table Item',
      ])
      expect(await brought(app, true)).toEqual([
        'take app out of team',
        'revoke EXECUTE on function f() in extra from app',
        'revoke SELECT on every future table of master in extra from app',
        'revoke USAGE on schema extra from app',
        'revoke SELECT, INSERT on table t in extra from app',
        'revoke DELETE on table Item in shop from app',
        'revoke UPDATE on column name of table Item in shop from app',
      ])
      expect(await mayRun(server, 'app', 'SELECT FROM shop."Item"')).toBe(true)
      expect(await mayRun(server, 'other', 'INSERT INTO extra.t VALUES (1)')).toBe(true)
    } finally {
      await server.superuser.query('DROP SCHEMA extra CASCADE')
    }
  })

  test('takes back what everybody gave in whose name the admin may, and tells what others gave', async () => {
    // Until PostgreSQL 15 a membership has no grantor of its own, and CREATEROLE may end any.
    const byGrantor = hasGrantOptions(server.postgres)
    await brought(app, false)
    await server.master.query(`
      CREATE ROLE team; CREATE ROLE closed; CREATE ROLE helper; CREATE ROLE giver; GRANT USAGE ON SCHEMA shop TO giver;
      GRANT team TO helper WITH ADMIN OPTION; GRANT helper TO master; GRANT INSERT ON shop."Item" TO giver WITH GRANT OPTION`)
    await server.superuser.query(`
      SET ROLE helper; GRANT team TO app; RESET ROLE; GRANT closed TO app;
      SET ROLE giver; GRANT INSERT ON shop."Item" TO app; RESET ROLE`)
    const plan = await planRoles(server.master, app, rds, { prune: true })
    expect(
      plan.statements
        .map(({ sql }) => sql)
        .sort()
        .reverse(),
    ).toEqual(
      byGrantor
        ? ['REVOKE "team" FROM "app" GRANTED BY "helper"']
        : ['REVOKE "team" FROM "app"', 'REVOKE "closed" FROM "app"'],
    )
    expect(plan.notices).toEqual([
      expect.stringContaining('app holds INSERT on table Item in shop by a grant of giver, who alone can take it back'),
      ...(byGrantor ? ['app stays a member of closed, which postgres alone can end'] : []),
    ])
    await brought(app, true)
    const { findings } = await auditRoles(server.master, app, rds)
    const mends = findings.filter(({ role }) => role === 'app').map(({ sql }) => sql as string)
    expect(mends).toEqual([
      ...(byGrantor ? ['REVOKE "closed" FROM "app" GRANTED BY "postgres"'] : []),
      'SET ROLE "giver"; REVOKE INSERT ON TABLE "shop"."Item" FROM "app"; RESET ROLE',
    ])
    for (const sql of mends) await server.superuser.query(sql)
    expect((await auditRoles(server.master, app, rds)).findings).toEqual([])
  })

  test('leaves a declared privilege and takes away that it may be handed on', async () => {
    await brought(app, false)
    await server.master.query('GRANT SELECT ON shop."Item" TO app WITH GRANT OPTION')
    const words = 'keep app from handing on SELECT on table Item in shop'
    const { statements, notices } = await planRoles(server.master, app, rds)
    expect({ statements, notices }).toEqual({
      statements: [],
      notices: [`not declared, left as it is; --prune would ${words}`],
    })
    expect((await auditRoles(server.master, app, rds)).findings).toMatchObject([
      { kind: 'extra', sentence: 'app may hand on SELECT on table Item in shop to others, which is not declared' },
    ])
    expect(await brought(app, true)).toEqual([words])
    expect(await mayRun(server, 'app', 'SELECT FROM shop."Item"')).toBe(true)
    expect((await auditRoles(server.master, app, rds)).findings).toEqual([])
  })

  test('of a whole table keeps what is declared of its columns', async () => {
    const columns: RoleManifest = {
      app: { grants: [{ schema: 'shop', tables: ['Order'], columns: ['id'], privileges: ['SELECT'] }] },
    }
    await brought(columns, false)
    await server.master.query('GRANT SELECT ON shop."Order" TO app')
    expect(await brought(columns, true)).toEqual([
      'revoke SELECT on table Order in shop from app',
      'grant SELECT on column id of table Order in shop to app',
    ])
    expect(await mayRun(server, 'app', 'SELECT id FROM shop."Order"')).toBe(true)
    expect(await mayRun(server, 'app', 'SELECT secret FROM shop."Order"')).toBe(false)
  })

  test('ends an IAM login that is not declared any more', async () => {
    await brought(app, false)
    const without: RoleManifest = { app: { grants: app.app?.grants ?? [] } }
    expect((await planRoles(server.master, without, rds)).notices).toEqual([
      'app logs in by IAM, which is not declared; left as it is',
    ])
    expect(await brought(without, true)).toEqual(['keep app from logging in by IAM'])
  })

  test('leaves what a role owns, what PUBLIC has, and the right to connect', async () => {
    await server.superuser.query(`
      CREATE ROLE app LOGIN; CREATE TABLE public.own (id int); ALTER TABLE public.own OWNER TO app;
      GRANT CONNECT ON DATABASE postgres TO app`)
    try {
      expect(await brought({ app: {} }, true)).toEqual([])
    } finally {
      await server.superuser.query('DROP TABLE public.own; REVOKE CONNECT ON DATABASE postgres FROM app')
    }
  })
})

describe('a role that shall be absent', () => {
  const gone: RoleManifest = { app: { absent: true } }

  test('loses what it holds anywhere in the database, and is dropped', async () => {
    await brought({ ...app, team: { login: false } }, false)
    await server.superuser.query('ALTER DATABASE postgres OWNER TO master; GRANT app TO team')
    await server.master.query(`
      GRANT CONNECT ON DATABASE postgres TO app;
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;
      ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT USAGE ON SEQUENCES TO app;
      GRANT UPDATE (name) ON shop."Item" TO app; GRANT INSERT ON shop._prisma_migrations TO app`)
    const plan = await planRoles(server.master, gone, rds)
    expect(plan.statements.at(-1)).toEqual({ summary: 'drop role app', sql: 'DROP ROLE "app"', danger: 'drops' })
    expect(await brought(gone, false)).toEqual([
      'revoke everything on database postgres from app',
      'revoke everything on every future sequence of master in shop from app',
      'revoke everything on every future table of master in every schema from app',
      'revoke everything on schema shop from app',
      'revoke everything on 2 tables Item, _prisma_migrations in shop from app',
      'drop role app',
    ])
  })

  test('stays while it has rights on what is not looked at, which is told by name', async () => {
    await server.master.query('CREATE ROLE app LOGIN; ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO app')
    await server.superuser.query('GRANT USAGE ON LANGUAGE plpgsql TO app')
    await expect(planRoles(server.master, gone, rds)).rejects.toMatchObject({
      problems: [
        'role "app": cannot be dropped: it has rights on language plpgsql, which are not looked at; revoke them by hand',
      ],
    })
    await server.superuser.query('REVOKE USAGE ON LANGUAGE plpgsql FROM app')
    expect(await brought(gone, false)).toEqual([
      'revoke everything on every future type of master in every schema from app',
      'drop role app',
    ])
  })

  test('is no problem where it never was', async () => {
    expect((await planRoles(server.master, gone, rds)).statements).toEqual([])
  })

  test('stays while it owns something, is needed, or has a part in another database: all is told before anything is done', async () => {
    const elsewhere = await server.postgres.createDatabase()
    await server.superuser.query('CREATE ROLE app LOGIN; ALTER TABLE shop."Item" OWNER TO app')
    const other = await server.postgres.connect({ database: elsewhere })
    await other.query('CREATE TABLE t (id int); GRANT SELECT ON t TO app')
    try {
      const needed: RoleManifest = { ...gone, web: { memberOf: ['app'] }, master: { absent: true } }
      await expect(planRoles(server.master, needed, rds)).rejects.toMatchObject({
        problems: [
          'role "app": cannot be dropped: it owns 2 objects Item_id_seq, Item; give them to somebody else, as REASSIGN OWNED BY does, or drop them',
          `role "app": cannot be dropped: it owns or holds 1 objects in database "${elsewhere}": look there first`,
          expect.stringContaining('role "master": cannot be dropped: it owns'),
          'role "master": cannot be dropped: it is who asks',
          'role "web": memberOf names "app", which is declared absent',
        ],
      })
    } finally {
      await other.query('DROP TABLE t')
      await other.end()
      await server.superuser.query('ALTER TABLE shop."Item" OWNER TO master')
    }
  })
})
