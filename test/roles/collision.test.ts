import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import { arn, freshShop, rds, type TestRds, testRds } from './rds.ts'

let server: TestRds
let masters: pg.Client[]

beforeAll(async () => {
  server = await testRds()
  masters = await Promise.all(Array.from({ length: 6 }, () => server.postgres.connect({ user: 'master' })))
})
afterAll(() => server.postgres.stop())
beforeEach(() => freshShop(server))

const grants = [{ schema: 'shop', tables: '*', privileges: 'readwrite', future: true }] as const
const manifest: RoleManifest = {
  app: { iam: [arn], memberOf: ['readers'], grants },
  audit: { grants },
  readers: { login: false, grants: [{ schema: 'shop', tables: '*', privileges: 'readonly' }] },
}
const soon = { sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms / 10)) }

test('six that bring the same roles at once all succeed, and the roles are right', async () => {
  const results = await Promise.all(
    masters.map(async (master) => applyRoles(master, await planRoles(master, manifest, rds), rds, soon)),
  )
  expect(results.reduce((sum, { retries }) => sum + retries, 0)).toBeGreaterThan(0)
  expect((await planRoles(server.master, manifest, rds)).statements).toEqual([])
})

test('six that let the same roles go at once all succeed', async () => {
  await applyRoles(server.master, await planRoles(server.master, manifest, rds), rds)
  const gone: RoleManifest = { app: { absent: true }, audit: { absent: true }, readers: { absent: true } }
  await Promise.all(masters.map(async (master) => applyRoles(master, await planRoles(master, gone, rds), rds, soon)))
  const { rowCount } = await server.superuser.query(`SELECT FROM pg_roles WHERE rolname IN ('app', 'audit', 'readers')`)
  expect(rowCount).toBe(0)
})

test('what is refused for good is refused at once, with the first words', async () => {
  const plan = await planRoles(server.master, manifest, rds)
  await server.superuser.query('ALTER TABLE shop."Item" OWNER TO postgres')
  await expect(applyRoles(server.master, plan, rds, { sleep: async () => expect.unreachable() })).rejects.toMatchObject(
    {
      message: expect.stringContaining('permission denied for table Item (42501)'),
    },
  )
})
