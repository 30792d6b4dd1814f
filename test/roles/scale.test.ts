import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import type { SqlClient } from '../../src/roles/server.ts'
import { arn, rds, type TestRds, testRds } from './rds.ts'

const names = Array.from({ length: 100 }, (_, n) => `role${n}`)
const grants = [{ schema: 'big', tables: '*', privileges: 'readwrite' }] as const
const manifest: RoleManifest = Object.fromEntries(names.map((name) => [name, { iam: [arn], grants }]))

let server: TestRds

beforeAll(async () => {
  server = await testRds()
  await server.master.query('CREATE SCHEMA big; CREATE TABLE big._prisma_migrations (id int)')
  await server.master.query(
    `DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE TABLE big.t%s (id int)', n); END LOOP; END $$`,
  )
})
afterAll(() => server.postgres.stop())

/** The best of three: what else the machine does is not the subject. */
async function timedPlan() {
  const runs = [await onePlan(), await onePlan(), await onePlan()]
  return runs.reduce((best, run) => (run.ms < best.ms ? run : best))
}

async function onePlan() {
  let queries = 0
  const client: SqlClient = {
    query: (text, values) => {
      queries += 1
      return server.master.query(text, values) as never
    },
  }
  const started = performance.now()
  const { statements } = await planRoles(client, manifest, rds)
  return { statements: statements.length, queries, ms: performance.now() - started }
}

test('100 roles over 2,000 tables are planned within 2 s in 5 queries, be it all to do or nothing', async () => {
  const before = await timedPlan()
  // Each role is created and let in; schema and tables, by fifties, are granted to all of them at once.
  expect(before).toMatchObject({ statements: 100 * 2 + 1 + 40, queries: 5 })
  expect(before.ms).toBeLessThan(2000)

  const started = performance.now()
  await applyRoles(server.master, await planRoles(server.master, manifest, rds), rds)
  const ms = performance.now() - started
  expect(ms).toBeLessThan(10_000)

  const after = await timedPlan()
  expect(after).toMatchObject({ statements: 0, queries: 5 })
  expect(after.ms).toBeLessThan(2000)
})
