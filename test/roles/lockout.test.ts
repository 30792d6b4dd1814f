import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import { arn, hasGrantOptions, rds, type TestRds, testRds } from './rds.ts'

let server: TestRds
let clean: () => Promise<void>

beforeAll(async () => {
  server = await testRds()
  clean = async () => {
    await server.superuser.query('DROP ROLE IF EXISTS app, team; REVOKE rds_iam FROM master')
    if (!hasGrantOptions(server.postgres)) return
    await server.master.query('RESET createrole_self_grant')
    await server.superuser.query('GRANT rds_iam TO master WITH ADMIN TRUE, INHERIT FALSE, SET FALSE')
  }
})
afterAll(() => server.postgres.stop())
beforeEach(() => clean())

const inherited = () => (hasGrantOptions(server.postgres) ? ' WITH INHERIT TRUE' : '')

const app: RoleManifest = { app: { iam: [arn] } }

async function adminIsLockedOut(): Promise<boolean> {
  const { rows } = await server.master.query(`SELECT pg_has_role('master', 'rds_iam', 'USAGE') AS locked`)
  return rows[0].locked
}

test('an ordinary deploy passes: the membership that PostgreSQL 16 gives the creator of a role does not inherit', async () => {
  await applyRoles(server.master, await planRoles(server.master, app, rds), rds)
  const { rows } = await server.master.query(`SELECT pg_has_role('master', 'rds_iam', 'MEMBER') AS member`)
  expect(rows[0].member).toBe(hasGrantOptions(server.postgres))
  expect(await adminIsLockedOut()).toBe(false)
})

test('rds_iam for a role that the admin inherits is refused with the way and the way out', async () => {
  await server.master.query('CREATE ROLE app LOGIN; CREATE ROLE team')
  await server.superuser.query(`GRANT app TO team; GRANT team TO master${inherited()}`)
  await expect(planRoles(server.master, app, rds)).rejects.toMatchObject({
    code: 'PRISMA_IAM_ROLES_LOCKOUT',
    message: expect.stringContaining('(master → team → app → rds_iam)'),
    hint: expect.stringContaining('REVOKE "team" FROM "master"'),
  })
  await server.superuser.query(
    hasGrantOptions(server.postgres) ? 'GRANT team TO master WITH INHERIT FALSE' : 'REVOKE team FROM master',
  )
  await applyRoles(server.master, await planRoles(server.master, app, rds), rds)
  expect(await adminIsLockedOut()).toBe(false)
})

test('a declared membership of the admin in an IAM role is refused', async () => {
  const manifest: RoleManifest = { ...app, master: { memberOf: ['app'] } }
  await expect(planRoles(server.master, manifest, rds)).rejects.toMatchObject({
    code: 'PRISMA_IAM_ROLES_LOCKOUT',
    hint: expect.stringContaining('Leave master out of it'),
  })
})

test('rds_iam for the admin itself is refused, and nothing to do where the admin logs in by IAM already', async () => {
  const manifest: RoleManifest = { master: { iam: [arn] } }
  await expect(planRoles(server.master, manifest, rds)).rejects.toMatchObject({ code: 'PRISMA_IAM_ROLES_LOCKOUT' })
  await server.superuser.query(`GRANT rds_iam TO master${inherited()}`)
  expect((await planRoles(server.master, manifest, rds)).statements).toEqual([])
})

test('a creator that inherits what it creates is refused', async () => {
  // Until PostgreSQL 15 a creator is no member of what it creates.
  if (!hasGrantOptions(server.postgres)) return
  await server.master.query(`SET createrole_self_grant = 'set, inherit'`)
  await expect(planRoles(server.master, app, rds)).rejects.toMatchObject({
    message: expect.stringContaining('(master → app → rds_iam)'),
    hint: 'Take inherit out of createrole_self_grant of master.',
  })
})
