import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import type { RoleDeclaration, RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import { arn, freshShop, hasGrantOptions, mayRun, rds, type TestRds, testRds } from './rds.ts'

let server: TestRds

beforeAll(async () => {
  server = await testRds()
})
afterAll(() => server.postgres.stop())

beforeEach(() => freshShop(server))

const summaries = async (manifest: RoleManifest) =>
  (await planRoles(server.master, manifest, rds)).statements.map(({ summary }) => summary)

async function applied(manifest: RoleManifest) {
  const result = await applyRoles(server.master, await planRoles(server.master, manifest, rds), rds)
  expect(await summaries(manifest)).toEqual([])
  return result
}

const may = (role: string, sql: string) => mayRun(server, role, sql)

const app: RoleManifest = {
  app: { iam: [arn], grants: [{ schema: 'shop', tables: '*', privileges: 'readwrite' }] },
}

describe('a declared role', () => {
  test('is created with its login, IAM attachment and grants, and a second run has nothing to do', async () => {
    expect(await summaries(app)).toEqual([
      'create login role app',
      'let app log in by IAM',
      'grant USAGE on schema shop to app',
      'grant USAGE, SELECT on sequence Order_id_seq in shop to app',
      'grant SELECT, INSERT, UPDATE, DELETE on 3 tables Item, Order, Totals in shop to app',
    ])
    const result = await applied(app)
    expect(result.statements).toHaveLength(5)
    expect(await may('app', 'INSERT INTO shop."Order" (total) VALUES (1)')).toBe(true)
    expect(await may('app', 'INSERT INTO shop."Item" (name) VALUES (1)')).toBe(true)
    expect(await may('app', 'TRUNCATE shop."Order"')).toBe(false)
    expect(await may('app', 'DROP TABLE shop."Order"')).toBe(false)
  })

  test('is never granted the history of migrations', async () => {
    await applied(app)
    expect(await may('app', 'SELECT FROM shop._prisma_migrations')).toBe(false)
  })

  test('gets what later migrations add, by the next run', async () => {
    await applied(app)
    await server.master.query('CREATE TABLE shop."Refund" (id int)')
    expect(await summaries(app)).toEqual(['grant SELECT, INSERT, UPDATE, DELETE on table Refund in shop to app'])
    await applied(app)
    expect(await may('app', 'SELECT FROM shop."Refund"')).toBe(true)
  })

  test('gets back what was revoked by hand', async () => {
    await applied(app)
    await server.master.query('REVOKE UPDATE ON shop."Item" FROM app; REVOKE rds_iam FROM app')
    await server.master.query('ALTER ROLE app NOLOGIN')
    expect(await summaries(app)).toEqual([
      'let role app log in',
      'let app log in by IAM',
      'grant UPDATE on table Item in shop to app',
    ])
    await applied(app)
  })

  test('keeps what was granted by hand, with a notice', async () => {
    await applied(app)
    await server.master.query('GRANT TRUNCATE ON shop."Item" TO app; GRANT INSERT ON shop._prisma_migrations TO app')
    const plan = await planRoles(server.master, app, rds)
    expect(plan.statements).toEqual([])
    expect(plan.notices).toEqual([
      'app holds more than declared in schema shop, left as it is: TRUNCATE on table Item; INSERT on table _prisma_migrations',
    ])
  })

  test('may be limited in connections, and is left alone when no limit is declared', async () => {
    await applied({ app: { connectionLimit: 7 } })
    await server.master.query('ALTER ROLE app CONNECTION LIMIT 3')
    expect(await summaries({ app: {} })).toEqual([])
    expect(await summaries({ app: { connectionLimit: 7 } })).toEqual(['change the connection limit of app from 3 to 7'])
    await applied({ app: { connectionLimit: 7 } })
  })

  test('that is not declared is invisible', async () => {
    await server.master.query('CREATE ROLE other LOGIN; GRANT ALL ON shop."Order" TO other')
    const plan = await planRoles(server.master, app, rds)
    expect(JSON.stringify(plan)).not.toContain('other')
  })

  test('that owns a table needs no grant on it and causes no notice', async () => {
    await server.superuser.query('CREATE ROLE owner LOGIN; GRANT ALL ON SCHEMA shop TO owner')
    await server.superuser.query('ALTER TABLE shop."Item" OWNER TO owner')
    const manifest = { owner: { grants: [{ schema: 'shop', tables: ['Item'], privileges: ['SELECT' as const] }] } }
    const plan = await planRoles(server.master, manifest, rds)
    expect(plan.statements).toEqual([])
    expect(plan.notices).toEqual([
      'owner holds more than declared in schema shop, left as it is: CREATE on schema shop',
    ])
  })
})

describe('a declared grant', () => {
  test('by names reaches these tables only', async () => {
    await applied({ app: { grants: [{ schema: 'shop', tables: ['Item'], privileges: ['SELECT'] }] } })
    expect(await may('app', 'SELECT FROM shop."Item"')).toBe(true)
    expect(await may('app', 'SELECT FROM shop."Order"')).toBe(false)
  })

  test('of all tables leaves out what belongs to an extension, which the admin may not grant', async () => {
    await server.superuser.query(
      'CREATE TABLE shop.statistics (id int); ALTER EXTENSION plpgsql ADD TABLE shop.statistics',
    )
    try {
      await applied(app)
      expect(await may('app', 'SELECT FROM shop.statistics')).toBe(false)
    } finally {
      await server.superuser.query('ALTER EXTENSION plpgsql DROP TABLE shop.statistics')
    }
  })

  test('limited to columns shows these columns only', async () => {
    const grant = { schema: 'shop', tables: ['Order'], columns: ['id', 'total'], privileges: ['SELECT' as const] }
    expect(await summaries({ app: { grants: [grant] } })).toContain(
      'grant SELECT on column id, total of table Order in shop to app',
    )
    await applied({ app: { grants: [grant] } })
    expect(await may('app', 'SELECT id, total FROM shop."Order"')).toBe(true)
    expect(await may('app', 'SELECT secret FROM shop."Order"')).toBe(false)
  })

  test('of sequences by name and of CREATE on the schema comes true', async () => {
    await applied({ app: { grants: [{ schema: 'shop', sequences: ['ticket'], privileges: ['USAGE', 'CREATE'] }] } })
    expect(await may('app', `SELECT nextval('shop.ticket')`)).toBe(true)
    expect(await may('app', 'CREATE TABLE shop.mine (id int)')).toBe(true)
  })

  test('reaches the schema of the connection when it names none', async () => {
    const grants = [{ tables: ['Item'], privileges: ['SELECT' as const] }]
    const { statements } = await planRoles(server.master, { app: { grants } }, { ...rds, schema: 'shop' })
    expect(statements.at(-1)?.summary).toBe('grant SELECT on table Item in shop to app')
    await expect(planRoles(server.master, { app: { grants } }, rds)).rejects.toMatchObject({
      problems: ['role "app": there is no table "Item"'],
    })
  })

  test('that several roles lack is given to all of them by one statement', async () => {
    const both: RoleManifest = { app: app.app as RoleDeclaration, audit: { grants: app.app?.grants ?? [] } }
    const { statements } = await applied(both)
    expect(statements.map(({ summary }) => summary).slice(-3)).toEqual([
      'grant USAGE on schema shop to 2 roles app, audit',
      'grant USAGE, SELECT on sequence Order_id_seq in shop to 2 roles app, audit',
      'grant SELECT, INSERT, UPDATE, DELETE on 3 tables Item, Order, Totals in shop to 2 roles app, audit',
    ])
    await server.master.query('REVOKE INSERT ON shop."Item" FROM audit')
    expect(await summaries(both)).toEqual(['grant INSERT on table Item in shop to audit'])
  })

  test('of all in a schema says so where that is exactly right, and names the objects where it would say more', async () => {
    const first = { schema: 'shop', tables: '*', privileges: ['SELECT'] } as const
    await server.master.query('CREATE SCHEMA plain; CREATE TABLE plain.a (id int); CREATE VIEW plain.b AS SELECT 1')
    try {
      const plain = { ...first, schema: 'plain' }
      const sqlOf = async (manifest: RoleManifest) =>
        (await planRoles(server.master, manifest, rds)).statements.at(-1)?.sql
      expect(await sqlOf({ app: { grants: [plain] } })).toBe('GRANT SELECT ON ALL TABLES IN SCHEMA "plain" TO "app"')
      // By name it is said of these tables only, and not of one that comes meanwhile.
      expect(await sqlOf({ app: { grants: [{ ...plain, tables: ['a', 'b'] }] } })).toContain('"plain"."a", "plain"."b"')
      // The history of migrations is a table of this schema.
      expect(await sqlOf({ app: { grants: [first] } })).toContain('"shop"."Item", "shop"."Order"')
      await server.superuser.query('CREATE TABLE plain.of (id int); ALTER EXTENSION plpgsql ADD TABLE plain.of')
      expect(await sqlOf({ app: { grants: [plain] } })).toContain('"plain"."a", "plain"."b"')
      await applied({ app: { grants: [plain] } })
      expect(await may('app', 'SELECT FROM plain.b')).toBe(true)
    } finally {
      await server.superuser.query('ALTER EXTENSION plpgsql DROP TABLE plain.of')
      await server.superuser.query('DROP SCHEMA plain CASCADE')
    }
  })

  test('of functions by signature, by a name of one, or of all comes true', async () => {
    await server.master.query(`
      CREATE FUNCTION shop.price(id int, at timestamptz) RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION shop.price(text) RETURNS int LANGUAGE sql AS 'SELECT 2';
      CREATE FUNCTION shop."odd(name"("a""b" shop."Item"[]) RETURNS int LANGUAGE sql AS 'SELECT 3';
      CREATE PROCEDURE shop.clean() LANGUAGE sql AS 'SELECT 4';
      REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA shop FROM PUBLIC`)
    const on = (functions: '*' | string[]) => ({
      app: { grants: [{ schema: 'shop', functions, privileges: ['EXECUTE' as const] }] },
    })
    await applied(on(['price(int, timestamptz)', 'odd(name', 'clean']))
    expect(await may('app', 'SELECT shop.price(1, now())')).toBe(true)
    expect(await may('app', 'CALL shop.clean()')).toBe(true)
    expect(await may('app', `SELECT shop.price('x')`)).toBe(false)
    expect(await summaries(on('*'))).toEqual(['grant EXECUTE on function price(text) in shop to app'])
    await applied(on('*'))
    await applied({ app: { grants: [{ schema: 'shop', functions: ['price(text)'], privileges: 'none' }] } })
    expect(await may('app', `SELECT shop.price('x')`)).toBe(false)
    await expect(planRoles(server.master, on(['price', 'prise(text)']), rds)).rejects.toMatchObject({
      problems: [
        'role "app": there are several functions "price"; say which: "price(integer, timestamp with time zone)", "price(text)"',
        'role "app": there is no function "prise(text)" (did you mean `price(text)`?)',
      ],
    })
  })

  test('of none takes away what is held and makes an exception from the other grants', async () => {
    await applied(app)
    await server.master.query('GRANT SELECT (name) ON shop."Item" TO app')
    const grants = [
      ...(app.app?.grants ?? []),
      { schema: 'shop', tables: ['Order', 'Item'], privileges: 'none' as const },
    ]
    const manifest: RoleManifest = { app: { iam: [arn], grants } }
    const { statements } = await applied(manifest)
    expect(statements).toMatchObject([
      { summary: 'revoke everything on sequence Order_id_seq in shop from app', danger: 'narrows' },
      { summary: 'revoke everything on 2 tables Item, Order in shop from app', danger: 'narrows' },
    ])
    expect(await may('app', 'SELECT name FROM shop."Item"')).toBe(false)
    expect(await may('app', 'SELECT FROM shop."Totals"')).toBe(true)
  })

  test('on what the database does not have is refused, with the nearest names, before anything is changed', async () => {
    const manifest: RoleManifest = {
      app: {
        memberOf: ['raeders'],
        grants: [
          { schema: 'shpo', tables: '*', privileges: 'readonly' },
          { schema: 'shop', tables: ['order', 'Payment'], privileges: 'readonly' },
          { schema: 'shop', tables: ['Order'], columns: ['totals'], privileges: ['SELECT'] },
        ],
      },
      readers: { login: false },
    }
    await expect(planRoles(server.master, manifest, rds)).rejects.toMatchObject({
      code: 'PRISMA_IAM_ROLES_INVALID',
      problems: [
        'role "app": memberOf names "raeders", which is neither declared nor there (did you mean `readers`?)',
        'role "app": there is no schema "shpo" (did you mean `shop`?)',
        'role "app": there is no table "order" (did you mean `Order`?)',
        'role "app": there is no table "Payment"',
        'role "app": there is no column "totals" (did you mean `total`?) in table "Order"',
      ],
    })
  })
})

describe('membership', () => {
  const group: RoleManifest = {
    app: { memberOf: ['readers'] },
    readers: { login: false, grants: [{ schema: 'shop', tables: '*', privileges: 'readonly' }] },
  }

  test('gives what the group may do', async () => {
    await applied(group)
    expect(await may('app', 'SELECT FROM shop."Order"')).toBe(true)
    expect(await may('app', 'DELETE FROM shop."Order"')).toBe(false)
  })

  test('that does not inherit is mended', async () => {
    await applied(group)
    await server.master.query(
      hasGrantOptions(server.postgres) ? 'GRANT readers TO app WITH INHERIT FALSE' : 'ALTER ROLE app NOINHERIT',
    )
    expect(await may('app', 'SELECT FROM shop."Order"')).toBe(false)
    await applied(group)
    expect(await may('app', 'SELECT FROM shop."Order"')).toBe(true)
  })

  test('of a role that is NOINHERIT gives what the group may do, and lets it log in by IAM', async () => {
    await server.master.query('CREATE ROLE app LOGIN NOINHERIT')
    await applied({ ...group, app: { iam: [arn], memberOf: ['readers'] } })
    expect(await may('app', 'SELECT FROM shop."Order"')).toBe(true)
    const { rows } = await server.superuser.query(`SELECT pg_has_role('app', 'rds_iam', 'USAGE') AS iam`)
    expect(rows).toEqual([{ iam: true }])
  })

  test('against an existing one is refused', async () => {
    await server.master.query('CREATE ROLE readers; CREATE ROLE app LOGIN; GRANT app TO readers')
    await expect(planRoles(server.master, group, rds)).rejects.toThrow(
      'role "app": cannot be a member of "readers", which is its member (readers → app)',
    )
  })
})

describe('applying', () => {
  test('is all or nothing, and tells which statement the server refused with its words', async () => {
    await server.superuser.query('CREATE TABLE shop.foreign_table (id int)')
    const plan = await planRoles(server.master, app, rds)
    await expect(applyRoles(server.master, plan, rds)).rejects.toMatchObject({
      code: 'PRISMA_IAM_ROLES_APPLY',
      message: expect.stringContaining('permission denied for table foreign_table (42501)'),
      hint: expect.stringContaining('who owns the object'),
    })
    expect((await server.superuser.query(`SELECT FROM pg_roles WHERE rolname = 'app'`)).rowCount).toBe(0)
    expect((await server.master.query('SELECT 1')).rowCount).toBe(1)
  })

  test('is read back before it counts: what the server left at a warning is told, and nothing is changed', async () => {
    await server.superuser.query(`
      CREATE SCHEMA theirs; CREATE TABLE theirs.t (id int); ALTER TABLE theirs.t OWNER TO master;
      GRANT USAGE ON SCHEMA theirs TO master`)
    try {
      const grants = [{ schema: 'theirs', tables: ['t'], privileges: ['SELECT' as const] }]
      const plan = await planRoles(server.master, { app: { grants } }, rds)
      await expect(applyRoles(server.master, plan, rds)).rejects.toMatchObject({
        code: 'PRISMA_IAM_ROLES_VERIFY',
        message: expect.stringContaining('nothing was changed'),
        problems: ['grant USAGE on schema theirs to app'],
      })
      expect((await server.superuser.query(`SELECT FROM pg_roles WHERE rolname = 'app'`)).rowCount).toBe(0)
    } finally {
      await server.superuser.query('DROP SCHEMA theirs CASCADE')
    }
  })

  test('is not begun where somebody else gave what shall be taken away: who can take it back is told, and how', async () => {
    await applied({ app: { grants: [{ schema: 'shop', tables: ['Item'], privileges: ['SELECT', 'INSERT'] }] } })
    await server.superuser.query(`
      CREATE ROLE giver; GRANT USAGE ON SCHEMA shop TO giver; GRANT INSERT ON shop."Item" TO giver WITH GRANT OPTION;
      SET ROLE giver; GRANT INSERT ON shop."Item" TO app; RESET ROLE`)
    const none: RoleManifest = { app: { grants: [{ schema: 'shop', tables: ['Item'], privileges: 'none' }] } }
    await expect(planRoles(server.master, none, rds)).rejects.toMatchObject({
      code: 'PRISMA_IAM_ROLES_INVALID',
      problems: [
        'app holds INSERT on table Item in shop by a grant of giver, who alone can take it back: as giver, REVOKE INSERT ON TABLE "shop"."Item" FROM "app"',
      ],
    })
  })

  test('on a server without IAM leaves the attachment out and says so', async () => {
    const plain = { ...rds, iam: 'none' } as const
    const plan = await planRoles(server.master, app, plain)
    expect(plan.notices).toEqual(['this server knows no IAM logins: app left without one'])
    expect(plan.statements.map(({ sql }) => sql).join()).not.toContain('rds_iam')
  })
})
