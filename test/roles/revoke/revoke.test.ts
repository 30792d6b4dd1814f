import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyRoles } from '../../../src/roles/apply.ts'
import type { RoleManifest } from '../../../src/roles/manifest.ts'
import { planRoles } from '../../../src/roles/plan.ts'
import { type Revocation, revokeRole } from '../../../src/roles/revoke/revoke.ts'
import { arn, rds, type TestRds, testRds } from '../rds.ts'

let server: TestRds

beforeAll(async () => {
  server = await testRds()
  await server.superuser.query('GRANT pg_signal_backend, pg_monitor TO master')
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
  await superuser.query('DROP SCHEMA IF EXISTS shop CASCADE')
  const { rows } = await superuser.query<{ name: string }>(
    `select quote_ident(rolname) as name from pg_roles where rolname !~ '^(pg_|rds_)' and rolname not in ('postgres', 'master')`,
  )
  for (const { name } of rows) await superuser.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`)
  await superuser.query('GRANT CREATE ON DATABASE postgres TO master')
  await master.query('CREATE SCHEMA shop; CREATE TABLE shop."Order" (id int PRIMARY KEY, secret text)')
  await applyRoles(master, await planRoles(master, manifest, rds), rds)
})

const service = { ...rds, showsSessions: true }
const revoked = (asked: Partial<Revocation> = {}, declared: RoleManifest = {}) =>
  revokeRole(server.master, declared, { role: 'app', ...asked }, service)
const login = (user = 'app') => server.postgres.connect({ user, application_name: 'shop "7"' })
const summaries = ({ statements }: { statements: readonly { summary: string }[] }) =>
  statements.map(({ summary }) => summary)

describe('a role that is closed', () => {
  test('cannot log in from that moment on, by IAM or otherwise; a second time there is nothing to do', async () => {
    await (await login()).end()
    expect(summaries(await revoked())).toEqual(['keep role app from logging in', 'keep app from logging in by IAM'])
    await expect(login()).rejects.toMatchObject({ code: '28000' })
    expect(summaries(await revoked())).toEqual([])
  })

  test('keeps what it was granted, so that the declaration gives everything back', async () => {
    await revoked()
    const { statements } = await planRoles(server.master, manifest, rds)
    expect(summaries({ statements })).toEqual(['let role app log in', 'let app log in by IAM'])
  })

  test('loses what it was granted where that is asked, and open sessions lose it at their next statement', async () => {
    const session = await login()
    await session.query('SELECT secret FROM shop."Order"')
    await server.master.query(`
      GRANT UPDATE (secret) ON shop."Order" TO app;
      ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app`)
    const { sessions, statements } = await revoked({ grants: true })
    expect(summaries({ statements })).toEqual([
      'keep role app from logging in',
      'keep app from logging in by IAM',
      'revoke everything on every future table of master in shop from app',
      'revoke everything on schema shop from app',
      'revoke everything on table Order in shop from app',
      'take app out of readers',
    ])
    expect(sessions).toMatchObject({ kind: 'seen', ended: [], open: [{ state: 'idle' }] })
    for (const sql of ['SELECT secret FROM shop."Order"', 'UPDATE shop."Order" SET secret = null']) {
      await expect(session.query(sql)).rejects.toMatchObject({ code: '42501' })
    }
    expect(summaries(await revoked({ grants: true }))).toEqual([])
    await session.end()
  })
})

describe('sessions that are still open', () => {
  test('are told with pid, age, application and database', async () => {
    const session = await login()
    const { rows } = await session.query('SELECT pg_backend_pid() AS pid')
    const { sessions } = await revoked()
    expect(sessions).toEqual({
      kind: 'seen',
      ended: [],
      open: [
        {
          pid: rows[0].pid,
          database: 'postgres',
          since: expect.any(Date),
          client: null,
          application: 'shop "7"',
          state: 'idle',
        },
      ],
    })
    await session.query('SELECT 1')
    await session.end()
  })

  test('are ended where that is asked, those of others are not', async () => {
    await server.superuser.query('CREATE ROLE other LOGIN')
    const [first, second, other] = await Promise.all([login(), login(), login('other')])
    const { sessions } = await revoked({ terminate: true })
    expect(sessions).toMatchObject({ kind: 'seen', open: [], ended: [{}, {}] })
    await expect(first.query('SELECT 1')).rejects.toThrow()
    await expect(second.query('SELECT 1')).rejects.toThrow()
    await other.query('SELECT 1')
    await other.end()
  })

  test('that the server does not let this admin end are told, and the door is closed all the same', async () => {
    await server.superuser.query('REVOKE pg_signal_backend, pg_monitor FROM master')
    await server.master.query('CREATE ROLE stranger LOGIN')
    const session = await login('stranger')
    try {
      const { sessions } = await revoked({ role: 'stranger', terminate: true })
      expect(sessions).toMatchObject({
        refused: expect.stringMatching(/permission denied|must be a member/),
        open: [{ since: null }],
      })
      await expect(login('stranger')).rejects.toMatchObject({ code: '28000' })
    } finally {
      await server.superuser.query('GRANT pg_signal_backend, pg_monitor TO master')
      await session.end()
    }
  })
})

test('what would bring access back, or leave some, is told', async () => {
  await server.superuser.query('CREATE ROLE intern; GRANT readers TO intern; ALTER TABLE shop."Order" OWNER TO app')
  const { notices } = await revoked({}, manifest)
  expect(notices).toEqual([
    'app is declared, so the next deploy gives this back: take `app` out of `roles` in the config first',
    'app owns 1 object, and an owner needs no grant',
    'what it was granted is left as it is; --grants takes that too',
  ])
  expect((await revoked({ role: 'readers' })).notices).toContain('members of readers keep what it may do: app, intern')
})

test.each<[Partial<Revocation>, string, RegExp]>([
  [{ role: 'ap' }, 'PRISMA_IAM_ROLES_UNKNOWN', /no role ap \(did you mean `app`\?\)/],
  [{ role: 'master' }, 'PRISMA_IAM_ROLES_PROTECTED', /master is the admin/],
  [{ role: 'rds_superuser' }, 'PRISMA_IAM_ROLES_PROTECTED', /belongs to the server/],
  [{ role: 'pg_monitor' }, 'PRISMA_IAM_ROLES_PROTECTED', /belongs to the server/],
  [{ role: 'postgres' }, 'PRISMA_IAM_ROLES_PROTECTED', /belongs to the server/],
  [{ arn }, 'PRISMA_IAM_ROLES_PROTECTED', /does not know ARNs[\s\S]*rds-db:connect/],
])('%j is refused before anything is changed', async (asked, code, words) => {
  const refusal = revoked({ grants: true, terminate: true, ...asked })
  await expect(refusal).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
  await (await login()).end()
})

test('a login that is refused to be closed is an error, and nothing else is taken', async () => {
  await server.superuser.query('CREATE ROLE foreigner LOGIN REPLICATION; GRANT SELECT ON shop."Order" TO foreigner')
  await expect(revoked({ role: 'foreigner', grants: true })).rejects.toMatchObject({
    code: 'PRISMA_IAM_ROLES_APPLY',
    message: expect.stringMatching(/^Could not keep role foreigner from logging in: .*\(42501\)/),
  })
  const session = await login('foreigner')
  await session.query('SELECT pg_backend_pid()')
  await session.end()
})

test('names are data', async () => {
  const role = `a"b'; --\n$$`
  await server.master.query(`CREATE ROLE "a""b'; --\n$$" LOGIN; GRANT SELECT ON shop."Order" TO "a""b'; --\n$$"`)
  expect(await revoked({ role, grants: true })).toMatchObject({ role, statements: [{}, {}] })
  await expect(login(role)).rejects.toMatchObject({ code: '28000' })
})
