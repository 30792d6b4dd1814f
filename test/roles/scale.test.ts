import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import { auditRoles } from '../../src/roles/audit/audit.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
import { planRoles } from '../../src/roles/plan.ts'
import { reportRoles } from '../../src/roles/report/report.ts'
import type { SqlClient } from '../../src/roles/server.ts'
import { arn, rds, type TestRds, testRds } from './rds.ts'

const names = Array.from({ length: 100 }, (_, n) => `role${n}`)
const grants = [{ schema: 'big', tables: '*', privileges: 'readwrite' }] as const
const manifest: RoleManifest = Object.fromEntries(names.map((name) => [name, { iam: [arn], grants }]))

let server: TestRds
/** The process at the other end of the master's connection. */
let backend: number

beforeAll(async () => {
  server = await testRds()
  const { master } = server
  backend = (await master.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid as number
  await master.query('CREATE SCHEMA big; CREATE TABLE big._prisma_migrations (id int)')
  await master.query(
    `DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE TABLE big.t%s (id int)', n); END LOOP; END $$`,
  )
})
afterAll(() => server.postgres.stop())

/** What it cost in queries and in CPU of both ends; how long it took says more of what else the machine does. */
async function costOf<Result>(work: (client: SqlClient) => Promise<Result>) {
  let queries = 0
  const client: SqlClient = {
    query: (text, values) => {
      queries += 1
      return server.master.query(text, values) as never
    },
  }
  const started = cpuMs()
  const result = await work(client)
  return { result, queries, ms: cpuMs() - started }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + backendCpuMs()
}

/** Linux alone tells it of another process to the nanosecond; elsewhere only this end counts. */
function backendCpuMs(): number {
  if (process.platform !== 'linux') return 0
  return Number(readFileSync(`/proc/${backend}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

const plan = (client: SqlClient) => planRoles(client, manifest, rds)

test('100 roles over 2,000 tables are planned, audited and reported in under 2 s each and a fixed number of queries', async () => {
  const before = await costOf(plan)
  // Each role is created and let in; schema and tables, by fifties, are granted to all of them at once.
  expect(before.result.statements).toHaveLength(100 * 2 + 1 + 40)
  const applied = await costOf((client) => applyRoles(client, before.result, rds))
  const after = await costOf(plan)
  expect(after.result.statements).toEqual([])
  const audit = await costOf((client) => auditRoles(client, manifest, rds))
  expect(audit.result.findings).toEqual([])
  const report = await costOf((client) => reportRoles(client, manifest, { ...rds, showsSessions: true }))
  expect(report.result.objects.map(({ schema, kind, names }) => `${schema} ${kind} ${names.length}`)).toEqual([
    'null database 1',
    'big schema 1',
    'big table 1',
    'big table 2000',
    'public schema 1',
  ])

  expect([before, after, audit, report].map(({ queries }) => queries)).toEqual([5, 5, 6, 7])
  for (const { ms } of [before, after, audit, report]) expect(ms).toBeLessThan(2000)
  expect(applied.ms).toBeLessThan(10_000)
}, 60_000)
