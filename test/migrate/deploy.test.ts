import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { config, envOf, type Project, testProject } from './project.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

let emulator: TestEmulator
let project: Project
let database: string
let count = 0

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds' })
})
beforeEach(async () => {
  database = `deploy_${++count}`
  await emulator.asSuperuser(`CREATE DATABASE ${database} OWNER ${emulator.admin}`)
  project = await testProject(envOf(emulator, database))
})
afterEach(() => project.remove())
afterAll(() => emulator.stop())

const roles = `{
  admin: { user: 'postgres' },
  roles: { clerk: { iam: ['arn:aws:iam::123456789012:role/clerk'],
    grants: [{ schema: 'public', tables: '*', privileges: 'readwrite' }] } },
  hooks: { beforeMigrate: ['hooks/before.sql'], afterMigrate: ['hooks/after/*.sql'] },
}`
const hooks = {
  'hooks/before.sql': 'CREATE SCHEMA IF NOT EXISTS audit;\nCREATE TABLE IF NOT EXISTS audit.trail (step text);\n',
  'hooks/after/20-late.sql': "INSERT INTO audit.trail VALUES ('late');\n",
  'hooks/after/10-early.sql': "INSERT INTO audit.trail VALUES ('early');\n",
}

async function exists(...names: string[]): Promise<boolean[]> {
  const { rows } = await emulator.asSuperuser(
    `SELECT to_regclass(name) IS NOT NULL AS there FROM unnest(ARRAY['${names.join("','")}']) AS name`,
    database,
  )
  return rows.map(({ there }) => there)
}

test('the first run applies everything and says so, the second finds nothing to do', async () => {
  await project.write({ ...config(roles, "process.stderr.write('config was run\\n')"), ...hooks })
  const once = await project.run(['migrate'])
  expect(once).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^deploy_\d+ at .*: 2 migrations, 3 hooks, \d changes of roles\n$/),
  })
  const steps = [
    'hook hooks/before.sql',
    '0002_second',
    '2 migrations applied',
    '10-early.sql',
    '20-late.sql',
    'clerk',
    'changes of roles',
  ]
  const places = steps.map((step) => once.stderr.indexOf(step))
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(once.stderr).not.toMatch(/\n\s*\n/)
  expect(once.stderr.match(/config was run|Loaded Prisma config/g)).toHaveLength(1)
  expect(once.stderr).toMatch(/✓ migration 0001_first \(\d+\.\d s\)\n✓ migration 0002_second \(\d+\.\d s\)\n/)
  const { rows } = await emulator.asSuperuser('SELECT step FROM audit.trail', database)
  expect(rows).toEqual([{ step: 'early' }, { step: 'late' }])

  const again = await project.run(['migrate', 'deploy', '--json'])
  expect(again.code).toBe(0)
  expect(JSON.parse(again.stdout)).toEqual({
    service: 'rds',
    host: emulator.signHost,
    database,
    migrations: [],
    hooks: ['hooks/before.sql', 'hooks/after/10-early.sql', 'hooks/after/20-late.sql'],
    roles: [],
  })
  expect((await project.run(['roles', 'plan', '--check'])).code).toBe(0)
})

test('--json writes one object to stdout, --skip-roles leaves roles alone, and roles plan --check then exits with 3', async () => {
  await project.write({ ...config(roles.replaceAll('clerk', 'porter')), ...hooks })
  const run = await project.run(['migrate', '--json', '--skip-roles'])
  expect(JSON.parse(run.stdout)).toMatchObject({ migrations: ['0001_first', '0002_second'], roles: [] })
  expect(run.stdout.trim().split('\n')).toHaveLength(1)
  const plan = await project.run(['roles', 'plan', '--check'])
  expect(plan).toMatchObject({ code: 3, stdout: expect.stringContaining('CREATE ROLE "porter"') })
  expect(await project.run(['roles', 'apply'])).toMatchObject({ code: 0, stdout: expect.stringContaining('porter') })
  expect(await project.run(['roles', 'plan', '--check'])).toMatchObject({ code: 0, stdout: 'nothing to do\n' })
})

test('a failing migration ends with 1 and Prisma’s words; after hooks and roles do not run', async () => {
  await project.write({
    ...config(roles.replaceAll('clerk', 'never')),
    ...hooks,
    'prisma/migrations/0003_bad/migration.sql': 'CREATE TABLE half ();\nSELECT 1/0;\n',
  })
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expect(run.stderr).toMatch(/P3018[\s\S]*0003_bad[\s\S]*division by zero[\s\S]*PRISMA_IAM_MIGRATE_FAILED/)
  expect(run.stderr).toContain(
    'run `npx prisma-iam migrate resolve --rolled-back 0003_bad`, then run the command again',
  )
  expect((await project.run(['migrate'])).stderr).toMatch(/P3009[\s\S]*resolve --rolled-back 0003_bad`, then/)
  expect(await exists('"Order"', 'half')).toEqual([true, false])
  expect((await emulator.asSuperuser('SELECT step FROM audit.trail', database)).rows).toEqual([])
  expect((await emulator.asSuperuser("SELECT FROM pg_roles WHERE rolname = 'never'")).rowCount).toBe(0)

  expect((await project.run(['migrate', 'resolve', '--rolled-back', '0003_bad'])).code).toBe(0)
  await project.write({ 'prisma/migrations/0003_bad/migration.sql': 'CREATE TABLE half ();\n' })
  expect(await project.run(['migrate', '--skip-roles'])).toMatchObject({ code: 0 })
  expect(await exists('half')).toEqual([true])
})

test('a failing hook names file, line and column, with the server’s words', async () => {
  await project.write({
    ...config(roles),
    ...hooks,
    'hooks/after/10-early.sql': 'CREATE TABLE "Käse" (ö text);\n-- größer\nSELECT \'ü\', nowhere FROM "Käse";\n',
  })
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expect(run.stderr).toContain('hooks/after/10-early.sql:3:13: column "nowhere" does not exist (42703)')
  expect(run.stderr).toContain('PRISMA_IAM_MIGRATE_HOOK')
  expect(await exists('"Order"', '"Käse"')).toEqual([true, false])
})

test('a hook pattern that matches nothing is told before anything runs', async () => {
  await project.write({ ...config(roles), 'hooks/before.sql': 'CREATE TABLE trail ();\n' })
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('no hook file matches hooks/after/*.sql') })
  expect(await exists('trail', '"Order"')).toEqual([false, false])
})

test('roles that the database contradicts leave no role half-made', async () => {
  const grants = "grants: [{ schema: 'public', tables: ['Nowhere'], privileges: ['SELECT'] }]"
  await project.write({
    ...config(`{ admin: { user: 'postgres' }, roles: { before: {}, broken: { ${grants} } } }`),
    // What is called may make any table, so the roles are judged behind it.
    'prisma/migrations/0003_calls/migration.sql': 'SELECT now();\n',
  })
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/Nowhere[\s\S]*Hint: correct `roles`[\s\S]*PRISMA_IAM_ROLES/),
  })
  expect((await emulator.asSuperuser("SELECT FROM pg_roles WHERE rolname IN ('before', 'broken')")).rowCount).toBe(0)
  expect(await exists('"Order"')).toEqual([true])
})

test('a migration that was changed after it was applied stops the deploy before anything is done', async () => {
  await project.run(['migrate'])
  await project.write({ ...config(roles), ...hooks })
  const file = 'prisma/migrations/0001_first/migration.sql'
  const text = `${await readFile(join(project.directory, file), 'utf8')}-- changed\n`
  await project.write({ [file]: text })
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/changed after it was applied[\s\S]*0001_first[\s\S]*_MIGRATE_CHANGED/),
  })
  expect((await emulator.asSuperuser("SELECT FROM pg_namespace WHERE nspname = 'audit'", database)).rowCount).toBe(0)
  const [accept = ''] = /UPDATE .*;/.exec(run.stderr) ?? []
  await emulator.asSuperuser(accept, database)
  expect(await project.run(['migrate', '--skip-roles', '--skip-hooks'])).toMatchObject({ code: 0 })
})

test('a missing folder and a stray file are told before the database is asked; no file beside a history is a failure', async () => {
  const own = await readFile(join(project.directory, 'prisma.config.ts'), 'utf8')
  await project.write({ 'prisma.config.ts': own.replace('prisma/migrations', 'prisma/migration') })
  const nowhere = { ...envOf(emulator, database), AWS_SECRET_ACCESS_KEY: 'wrong' }
  expect(await project.run(['migrate'], nowhere)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/prisma\/migration, does not exist[\s\S]*`migrations\.path`[\s\S]*_MIGRATE_FILES/),
  })
  await project.write({ 'prisma.config.ts': own, 'prisma/migrations/0003_third.sql': '' })
  expect(await project.run(['migrate'], nowhere)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('0003_third.sql is a file beside the migrations'),
  })
  await rm(join(project.directory, 'prisma/migrations/0003_third.sql'))
  await project.run(['migrate'])
  await rm(join(project.directory, 'prisma/migrations/0001_first'), { recursive: true })
  expect(await project.run(['migrate'])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('there is no such file any more: 0001_first'),
  })
  await rm(join(project.directory, 'prisma/migrations/0002_second'), { recursive: true })
  expect(await project.run(['migrate'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/holds 2 migrations, but there is none in .*[\s\S]*_INCOMPLETE/),
  })
})

test('an admin who may not read the history is told who should migrate', async () => {
  await emulator.asSuperuser(
    'CREATE TABLE _prisma_migrations (migration_name text, checksum text, logs text, finished_at text, rolled_back_at text)',
    database,
  )
  expect(await project.run(['migrate'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/permission denied[\s\S]*admin\.user[\s\S]*PRISMA_IAM_MIGRATE_HISTORY/),
  })
})

test('the database that is missing is made, as Prisma does', async () => {
  const run = await project.run(['migrate', '--json'], envOf(emulator, 'made_by_deploy'))
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('database made_by_deploy created') })
  expect(JSON.parse(run.stdout)).toMatchObject({ migrations: ['0001_first', '0002_second'] })
})

test('?schema= of the URL holds tables and history, and a second run finds them', async () => {
  await emulator.asSuperuser(`CREATE SCHEMA app AUTHORIZATION ${emulator.admin}`, database)
  const env = { DATABASE_URL: `${project.env.DATABASE_URL}&schema=app` }
  expect((await project.run(['migrate'], env)).code).toBe(0)
  expect(await exists('app."Order"', 'app._prisma_migrations', 'public."Order"')).toEqual([true, true, false])
  expect((await project.run(['migrate'], env)).stdout).toContain('nothing to do')
})

test('--config and --schema are relative to the caller, and migrations lie beside the schema', async () => {
  const plain =
    "import { defineIam } from 'prisma-iam/config'\nexport const iam = defineIam({ admin: { user: 'postgres' } })\n"
  await project.write({
    'deploy/prisma.config.mts': `${plain}export default { datasource: { url: process.env.DATABASE_URL } }\n`,
    'deploy/unused.prisma': '// not the schema',
  })
  const args = ['--config', 'deploy/prisma.config.mts', '--schema', 'prisma/schema.prisma', '--json']
  const run = await project.run(['migrate', ...args])
  expect(run).toMatchObject({ code: 0 })
  expect(JSON.parse(run.stdout)).toMatchObject({ migrations: ['0001_first', '0002_second'] })
})
