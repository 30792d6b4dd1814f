import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { config, type Project, testProject } from './project.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

let dsql: TestEmulator
let laptop: TestPostgres
const projects: Project[] = []

beforeAll(async () => {
  ;[dsql, laptop] = await Promise.all([
    testEmulator({ service: 'dsql', dsql: { strictCatalog: true } }),
    testPostgres(),
  ])
})
afterAll(async () => {
  await Promise.all([...projects.map((project) => project.remove()), dsql.stop(), laptop.stop()])
})

async function make(env: Record<string, string>): Promise<Project> {
  const project = await testProject(env)
  projects.push(project)
  return project
}

test('on DSQL the example deploys as admin and maps its role; a second run finds nothing to do', async () => {
  const project = await make(dsql.env)
  await rm(join(project.directory, 'prisma'), { recursive: true })
  await cp(fileURLToPath(new URL('../../examples/dsql/prisma', import.meta.url)), join(project.directory, 'prisma'), {
    recursive: true,
  })
  await cp(
    fileURLToPath(new URL('../../examples/dsql/prisma.config.ts', import.meta.url)),
    join(project.directory, 'prisma.config.ts'),
  )
  dsql.faults.wakeUp({ forMs: 600_000 })
  const running = project.start(['migrate', '--json'])
  const waking = 'is waking up or starting; trying for 60 s in all\n'
  await expect.poll(running.story, { timeout: 30_000 }).toContain(waking)
  dsql.faults.clear()
  const once = await running.ended
  expect(once).toMatchObject({ code: 0 })
  const { service, migrations, roles } = JSON.parse(once.stdout)
  expect({ service, count: migrations.length }).toEqual({ service: 'dsql', count: 1 })
  expect(roles.join('\n')).toMatch(/app[\s\S]*arn:aws:iam::123456789012:role\/app/)
  expect(await project.run(['migrate'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing to do/) })
  expect(dsql.logins()).not.toContain('app')
})

test('on DSQL a database of another name is not made, and what it refuses is told before anything runs', async () => {
  const project = await make({
    ...dsql.env,
    DATABASE_URL: (dsql.env.DATABASE_URL ?? '').replace('/postgres?', '/shop?'),
  })
  await project.write(config("{ admin: { user: 'admin' } }"))
  const elsewhere = await project.run(['migrate'])
  expect(elsewhere).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/only database of Aurora DSQL is `postgres`/),
  })
  expect(elsewhere.stderr).not.toContain('created')
  await rm(join(project.directory, 'prisma/migrations/0002_second'), { recursive: true })
  await project.write({
    'prisma/migrations/0001_first/migration.sql': 'CREATE TABLE a (id int);\nCREATE TYPE mood AS ENUM ();\n',
  })
  const run = await project.run(['migrate'], { DATABASE_URL: dsql.env.DATABASE_URL ?? '' })
  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/0001_first:2:1: (.|\n)*PRISMA_IAM_STEPS_REFUSED/),
  })
  expect((await dsql.asSuperuser("SELECT to_regclass('a') AS a")).rows).toEqual([{ a: null }])
  await project.write({
    'prisma/migrations/0001_first/migration.sql': 'CREATE TABLE a (id int);\nCREATE INDEX i ON a (id DESC);\n',
    'hook.sql': 'CREATE INDEX IF NOT EXISTS j ON a (id);\n',
    ...config("{ admin: { user: 'admin' }, hooks: { afterMigrate: ['hook.sql'] } }"),
  })
  const mended = await project.run(['migrate'], { DATABASE_URL: dsql.env.DATABASE_URL ?? '' })
  expect(mended).toMatchObject({ code: 0, stderr: expect.stringMatching(/ {2}0001_first:2:\d+: .*DESC/) })
  expect((await dsql.asSuperuser("SELECT to_regclass('j') AS j")).rows).toEqual([{ j: 'j' }])
  await dsql.asSuperuser('DROP TABLE _prisma_migrations')
})

test('a plain PostgreSQL on a laptop deploys by the password of DATABASE_URL; IAM is passed over with a notice', async () => {
  const project = await make({ DATABASE_URL: laptop.urlOf('laptop') })
  await project.write(
    config(
      "{ roles: { app: { iam: ['arn:aws:iam::123456789012:role/app'], grants: [{ schema: 'public', tables: '*', privileges: 'readwrite' }] } } }",
    ),
  )
  const run = await project.run(['migrate', '--json'])
  expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(/database laptop created[\s\S]*IAM/) })
  expect(JSON.parse(run.stdout)).toMatchObject({ service: 'postgresql', migrations: ['0001_first', '0002_second'] })
  expect(`${run.stdout}${run.stderr}`).not.toContain('loopback')
  expect(await project.run(['migrate'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing to do/) })
  expect(await project.startPrisma(['migrate', 'status']).ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('up to date'),
  })
})

test('without a config file, which Prisma 7 cannot do without, nothing is tried', async () => {
  const project = await make({ DATABASE_URL: laptop.urlOf('bare') })
  await rm(join(project.directory, 'prisma.config.ts'))
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('there is no prisma.config.ts') })
})

test('a server that nobody runs is named, with the reason', async () => {
  const project = await make({ DATABASE_URL: 'postgresql://postgres:canary@localhost:1/shop' })
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expect(run.stderr).toMatch(/postgres could not log in to shop at localhost:1: .*ECONNREFUSED/)
  expect(run.stderr).not.toContain('canary')
})

test('the role that the URL names cannot be declared without an admin', async () => {
  const project = await make({ DATABASE_URL: laptop.urlOf('laptop') })
  await project.write(config(`{ roles: { ${laptop.superuser}: {} } }`))
  const run = await project.run(['migrate'])
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("admin: { user: 'postgres' }") })
})
