import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { migrateDeploy } from '../../src/migrate/deploy.ts'
import { loadProject } from '../../src/migrate/load-config.ts'
import { planDeploy } from '../../src/migrate/plan.ts'
import type { DeployStep } from '../../src/migrate/steps.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { config, envOf, type Project, testProject } from './project.ts'

// Some steps run Prisma's CLI.
vi.setConfig({ testTimeout: 60_000 })

let rds: TestEmulator
let dsql: TestEmulator
let project: Project
let database: string
let count = 0

beforeAll(async () => {
  ;[rds, dsql] = await Promise.all([testEmulator({ service: 'rds' }), testEmulator({ service: 'dsql' })])
})
beforeEach(async () => {
  database = `plan_${++count}`
  project = await testProject(envOf(rds, database))
})
afterEach(() => project.remove())
afterAll(() => Promise.all([rds.stop(), dsql.stop()]))

/** The project, with the keys of an emulator: AWS's provider chain would read this process's own environment. */
async function load(configFile = 'prisma.config.ts', { accessKeyId, secretAccessKey } = rds) {
  const loaded = await loadProject(project.directory, { config: configFile })
  return { ...loaded, iam: { ...loaded.iam, credentials: { accessKeyId, secretAccessKey } } }
}

async function plan(loaded: Awaited<ReturnType<typeof load>>, options: Partial<Parameters<typeof planDeploy>[1]> = {}) {
  const steps: DeployStep[] = []
  const report = (step: DeployStep) => void steps.push(step)
  return { ...(await planDeploy(loaded, { env: project.env, report, ...options })), steps }
}

const hooks = {
  'hooks/before.sql': 'CREATE SCHEMA IF NOT EXISTS audit;\n',
  'hooks/once.sql': '-- prisma-iam: run=once\nCREATE TABLE audit.trail ();\n',
  'hooks/changing.sql': '-- prisma-iam: run=on-change\nSELECT 1;\n',
}
const full = (role: string, tables = "['Order']") => `{
  admin: { user: 'postgres' },
  roles: { ${role}: { grants: [{ schema: 'public', tables: ${tables}, privileges: 'readonly' }] } },
  hooks: { beforeMigrate: ['hooks/before.sql'], afterMigrate: ['hooks/once.sql', 'hooks/changing.sql'] },
}`

/** Every write of PostgreSQL, were it only a row, takes a transaction id. */
async function writesSoFar(emulator: TestEmulator): Promise<string> {
  const { rows } = await emulator.asSuperuser('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next')
  return rows[0].next
}

test('a plan names everything in its order, and changes nothing', async () => {
  await rds.asSuperuser(`CREATE DATABASE ${database} OWNER ${rds.admin}`)
  await project.write({ ...config(full('planned')), ...hooks })
  const before = await writesSoFar(rds)
  const first = await plan(await load())
  expect(await writesSoFar(rds)).toBe(before)
  expect(first).toMatchObject({
    service: 'rds',
    host: rds.signHost,
    database,
    createsDatabase: false,
    beforeHooks: [{ name: 'hooks/before.sql', rule: 'always' }],
    migrations: ['0001_first', '0002_second'],
    afterHooks: [
      { name: 'hooks/once.sql', rule: 'once' },
      { name: 'hooks/changing.sql', rule: 'on-change' },
    ],
    roles: [],
    notices: [
      'the roles do not fit the database as it is:',
      expect.stringMatching(/^not there yet, or wrong: .*Order/),
    ],
    steps: [],
  })
  expect(await plan(await load(), { skipHooks: true, skipRoles: true })).toMatchObject({
    beforeHooks: [],
    afterHooks: [],
    notices: [],
  })

  await migrateDeploy(await load(), { env: project.env })
  const after = await writesSoFar(rds)
  expect(await plan(await load())).toMatchObject({
    beforeHooks: [{ name: 'hooks/before.sql' }],
    migrations: [],
    afterHooks: [],
    roles: [],
  })
  await project.write({
    'next.config.ts': config(full('replanned', "'*'"))['prisma.config.ts'] ?? '',
    'hooks/changing.sql': '-- prisma-iam: run=on-change\nSELECT 2;\n',
    'prisma/migrations/0003_third/migration.sql': 'CREATE TABLE third ();',
  })
  const next = await plan(await load('next.config.ts'))
  expect(next).toMatchObject({ migrations: ['0003_third'], afterHooks: [{ name: 'hooks/changing.sql' }] })
  expect(next.roles.map(({ sql }) => sql).join('\n')).toMatch(/CREATE ROLE "replanned"[\s\S]*GRANT SELECT/)
  expect(next.notices).toContainEqual(expect.stringContaining('may add to them'))
  expect(await writesSoFar(rds)).toBe(after)
})

test('a database that is missing is planned, and not made; what stops a deploy at its beginning stops a plan', async () => {
  await project.write({ ...config(full('nobody')), ...hooks })
  expect(await plan(await load())).toMatchObject({
    createsDatabase: true,
    migrations: ['0001_first', '0002_second'],
    afterHooks: [{ name: 'hooks/once.sql' }, { name: 'hooks/changing.sql' }],
    notices: ['what the roles need is known when the database is there'],
  })
  expect((await rds.asSuperuser(`SELECT FROM pg_database WHERE datname = '${database}'`)).rowCount).toBe(0)
  await rm(join(project.directory, 'prisma/migrations'), { recursive: true })
  await expect(plan(await load())).rejects.toMatchObject({ code: 'PRISMA_IAM_MIGRATE_FILES' })
})

test('a grant on what nothing makes stops a deploy before its first change, unless a script may make what it does not name', async () => {
  await rds.asSuperuser(`CREATE DATABASE ${database} OWNER ${rds.admin}`)
  const grants =
    "[{ tables: ['Ordr'], privileges: 'readonly' }, { schema: 'shop', tables: '*', privileges: 'readonly' }]"
  await project.write(config(`{ admin: { user: 'postgres' }, roles: { foretold: { grants: ${grants} } } }`))
  const before = await writesSoFar(rds)
  const refusal = {
    code: 'PRISMA_IAM_ROLES_INVALID',
    problems: [
      'role "foretold": there is no table "Ordr" (did you mean `Order`?)',
      'role "foretold": there is no schema "shop"',
    ],
  }
  await expect(migrateDeploy(await load(), { env: project.env })).rejects.toMatchObject(refusal)
  await expect(plan(await load())).rejects.toMatchObject(refusal)
  expect(await writesSoFar(rds)).toBe(before)
  expect(await plan(await load(), { skipRoles: true })).toMatchObject({ migrations: ['0001_first', '0002_second'] })
  await project.write({
    'prisma/migrations/0003_made/migration.sql': "DO $$ BEGIN EXECUTE 'CREATE SCHEMA sh' || 'op'; END $$;",
  })
  expect(await plan(await load())).toMatchObject({
    notices: [expect.anything(), expect.stringContaining('Ordr'), expect.stringContaining('"shop"')],
  })
})

test('on DSQL nothing is changed either', async () => {
  await project.write({
    ...config("{ admin: { user: 'admin' }, roles: { app: {} }, hooks: { afterMigrate: ['hooks/once.sql'] } }"),
    ...hooks,
  })
  const before = await writesSoFar(dsql)
  const planned = await plan(await load('prisma.config.ts', dsql), { env: { ...project.env, ...dsql.env } })
  expect(planned).toMatchObject({
    service: 'dsql',
    migrations: ['0001_first', '0002_second'],
    afterHooks: [{ rule: 'once' }],
  })
  expect(planned.roles.map(({ sql }) => sql)).toContainEqual(expect.stringContaining('CREATE ROLE "app"'))
  await project.write({
    'prisma/migrations/0003_index/migration.sql': 'CREATE INDEX i ON "Order" (note DESC);',
  })
  const at = { env: { ...project.env, ...dsql.env } }
  const { steps } = await plan(await load('prisma.config.ts', dsql), at)
  expect(steps).toContainEqual({
    kind: 'step',
    progress: expect.objectContaining({ kind: 'notice', migration: '0003_index' }),
  })
  expect(await writesSoFar(dsql)).toBe(before)
  await project.write({ 'prisma/migrations/0004_refused/migration.sql': 'CREATE TABLE a ();\nTRUNCATE a;' })
  for (const run of [planDeploy, migrateDeploy]) {
    await expect(run(await load('prisma.config.ts', dsql), at)).rejects.toMatchObject({
      code: 'PRISMA_IAM_STEPS_REFUSED',
      problems: [expect.stringMatching(/^0004_refused:2:1: /)],
    })
  }
  expect((await dsql.asSuperuser("SELECT to_regclass('_prisma_migrations') AS history")).rows).toEqual([
    { history: null },
  ])
})

test('a config whose datasource is another database than that of `iam` is refused, by a plan and by a deploy', async () => {
  const text = config()['prisma.config.ts'] ?? ''
  await project.write({
    'prisma.config.ts': text.replace('iamDatasource(iam)', "{ url: 'postgresql://app:canary@elsewhere.example/shop' }"),
  })
  for (const run of [planDeploy, migrateDeploy]) {
    await expect(run(await load(), { env: project.env })).rejects.toMatchObject({
      code: 'PRISMA_IAM_CONFIG_INVALID',
      message: expect.stringMatching(
        new RegExp(
          `leads to shop at elsewhere\\.example:5432 as app, but \`iam\` to ${database} at ((?!canary).)*iamDatasource`,
          's',
        ),
      ),
    })
  }
})

test('--dry-run prints the plan, and with --json one object', async () => {
  await rds.asSuperuser(`CREATE DATABASE ${database} OWNER ${rds.admin}`)
  await project.write({ ...config(full('printed', "'*'")), ...hooks })
  const before = await writesSoFar(rds)
  const run = await project.run(['migrate', '--dry-run'])
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('may add to them') })
  expect(run.stdout).toMatch(
    /^before hook hooks\/before\.sql \(always\)\nmigration 0001_first\nmigration 0002_second\nafter hook hooks\/once\.sql \(once\)\nafter hook .*\n-- .*\nCREATE ROLE "printed"/,
  )
  const { stdout } = await project.run(['migrate', 'deploy', '--dry-run', '--json', '--skip-hooks'])
  expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, beforeHooks: [], migrations: ['0001_first', '0002_second'] })
  expect(await writesSoFar(rds)).toBe(before)
})
