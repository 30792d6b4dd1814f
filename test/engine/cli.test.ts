import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { type Project, testProject } from './project.ts'

// Every run is a process of its own, and starts one or two more.
vi.setConfig({ testTimeout: 90_000 })

let server: TestPostgres
const projects: Project[] = []

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await Promise.all(projects.map((project) => project.remove()))
  await server.stop()
})

async function project(url: string | undefined): Promise<Project> {
  const made = await testProject(url)
  projects.push(made)
  return made
}

const first = 'CREATE TABLE "Order" (id int PRIMARY KEY, note text NOT NULL);'
const second = 'ALTER TABLE "Order" ADD price numeric(65,30), ADD tags text[];'

describe("Prisma's own CLI on our engine", () => {
  test('deploys, fails, resolves and tells its status', async () => {
    const mine = await project(server.urlOf(await server.createDatabase()))
    await mine.migrate({ '0001_first': first, '0002_second': `${second}\nSELECT 1/0;` })

    expect(await mine.prisma(['migrate', 'status'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('0002_second'),
    })
    const failed = await mine.prisma(['migrate', 'deploy'])
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('P3018') })
    expect(failed.stderr).toContain('Migration name: 0002_second')
    expect(await mine.prisma(['migrate', 'deploy'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('P3009'),
    })
    expect(await mine.prisma(['migrate', 'resolve', '--rolled-back', '0002_second'])).toMatchObject({ code: 0 })

    await mine.migrate({ '0002_second': second })
    expect(await mine.prisma(['migrate', 'deploy'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('All migrations have been successfully applied'),
    })
    expect(await mine.prisma(['migrate', 'status'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('up to date'),
    })
    expect(
      await mine.prisma(['migrate', 'diff', '--from-config-datasource', '--to-schema', 'schema.prisma', '--exit-code']),
    ).toMatchObject({ code: 0 })
  })

  test('makes the database that is missing', async () => {
    const mine = await project(server.urlOf('made_by_deploy'))
    await mine.migrate({ '0001_first': first })
    expect(await mine.prisma(['migrate', 'deploy'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('database made_by_deploy created'),
    })
  })

  test('compares schema files without any database', async () => {
    const mine = await project(undefined)
    const { code, stdout, stderr } = await mine.prisma([
      'migrate',
      'diff',
      '--from-empty',
      '--to-schema',
      'schema.prisma',
      '--script',
    ])
    expect({ code, stderr: stderr.trim() }).toEqual({ code: 0, stderr: 'Loaded Prisma config from prisma.config.ts.' })
    expect(stdout).toContain('CREATE TABLE "Order" (')
  })

  test('compares schema files though the database of the config cannot be reached', async () => {
    const mine = await project('postgresql://a:b@127.0.0.1:1/c')
    const run = await mine.prisma(['migrate', 'diff', '--from-schema', 'schema.prisma', '--to-empty', '--script'])
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('DROP TABLE "public"."Order"') })
  })

  test('compares migrations by a shadow database, which it drops', async () => {
    const mine = await project(server.urlOf(await server.createDatabase()))
    await mine.migrate({ '0001_first': first })
    const run = await mine.prisma([
      'migrate',
      'diff',
      '--from-migrations',
      'migrations',
      '--to-schema',
      'schema.prisma',
      '--script',
    ])
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('ADD COLUMN     "price"') })
    const client = await server.connect()
    expect((await client.query("SELECT datname FROM pg_database WHERE datname LIKE '%shadow%'")).rows).toEqual([])
  })

  test('never takes the main database for the shadow', async () => {
    const database = await server.createDatabase()
    const mine = await project(server.urlOf(database))
    await mine.migrate({ '0001_first': first })
    await mine.prisma(['migrate', 'deploy'])
    const shadow = server.urlOf(database).replace('127.0.0.1', 'localhost')
    const config = join(mine.directory, 'prisma.config.ts')
    const text = await readFile(config, 'utf8')
    await writeFile(
      config,
      text.replace('datasource: {', `datasource: { shadowDatabaseUrl: ${JSON.stringify(shadow)},`),
    )
    const run = await mine.prisma([
      'migrate',
      'diff',
      '--from-migrations',
      'migrations',
      '--to-schema',
      'schema.prisma',
    ])
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('The shadow database is the main database') })
    const client = await server.connect({ database })
    expect((await client.query('SELECT to_regclass($$"Order"$$) AS kept')).rows).toEqual([{ kept: '"Order"' }])
  })

  test('pushes, pulls, executes and resets', async () => {
    const database = await server.createDatabase()
    const mine = await project(server.urlOf(database))
    expect(await mine.prisma(['db', 'push'])).toMatchObject({ code: 0, stdout: expect.stringContaining('in sync') })
    expect(await mine.prisma(['db', 'pull', '--print'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/price +Decimal\?\n +tags +String\[\]/),
    })
    await writeFile(join(mine.directory, 'x.sql'), `DROP TABLE "Order"; SELECT 'a;b'; CREATE TABLE stray ();`)
    expect(await mine.prisma(['db', 'execute', '--file', 'x.sql'])).toMatchObject({ code: 0 })
    await mine.migrate({ '0001_first': first })
    expect(await mine.prisma(['migrate', 'reset', '--force'])).toMatchObject({ code: 0 })
    const client = await server.connect({ database })
    expect(
      (
        await client.query(
          "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
        )
      ).rows,
    ).toEqual([{ relname: 'Order' }, { relname: '_prisma_migrations' }])
  })

  test('validates, generates and seeds as ever, and names the engine', async () => {
    const mine = await project(undefined)
    const schema = join(mine.directory, 'schema.prisma')
    const generator = 'generator client {\n  provider = "prisma-client"\n  output = "generated"\n}\n'
    await writeFile(schema, generator + (await readFile(schema, 'utf8')))
    expect(await mine.prisma(['validate'])).toMatchObject({ code: 0 })
    expect(await mine.prisma(['generate'])).toMatchObject({ code: 0 })
    const config = join(mine.directory, 'prisma.config.ts')
    await writeFile(config, "export default { migrations: { seed: 'node seed.mjs' } }")
    await writeFile(join(mine.directory, 'seed.mjs'), "console.log('sown')")
    expect(await mine.prisma(['db', 'seed'])).toMatchObject({ code: 0, stdout: expect.stringContaining('sown') })
    expect(await mine.prisma(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/schema-engine-cli [0-9a-f]{40}/),
    })
  })

  test.each<[string, (url: string) => string, RegExp]>([
    ['a wrong password', (url) => url.replace(':loopback@', ':canary@'), /P1000(.|\n)*password authentication failed/],
    [
      'no way to log in',
      () => 'postgresql://a@db.abc.eu-west-1.rds.amazonaws.com/c',
      /holds no password(.|\n)*prisma-iam migrate/,
    ],
  ])('tells of %s in words that help, and no secret', async (_what, spoil, expected) => {
    const mine = await project(spoil(server.url))
    await mine.migrate({ '0001_first': first })
    const run = await mine.prisma(['migrate', 'deploy'])
    expect(run.code).toBe(1)
    expect(run.stdout + run.stderr).toMatch(expected)
    expect(run.stdout + run.stderr).not.toContain('canary')
  })
})
