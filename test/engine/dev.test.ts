import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { type Conversation, converse, towards } from './conversation.ts'
import { migrations } from './in-process.ts'
import { testProject } from './project.ts'

let server: TestPostgres
const open: Conversation[] = []

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await Promise.all(open.map((conversation) => conversation.end()))
  await server.stop()
})

function talk(...how: Parameters<typeof converse>): Conversation {
  const conversation = converse(...how)
  open.push(conversation)
  return conversation
}

const first = { '0001_first': 'CREATE TABLE "Order" (id int PRIMARY KEY, note text NOT NULL);' }
const orderWith = (fields: string) => `model Order {\n  id Int @id\n${fields}\n}`

async function shadows(): Promise<unknown[]> {
  const client = await server.connect()
  return (await client.query("SELECT datname FROM pg_database WHERE datname LIKE '%shadow%'")).rows
}

test('`prisma migrate dev` writes and applies a migration, and another behind one that somebody else wrote', async () => {
  const project = await testProject(server.urlOf(await server.createDatabase()))
  const init = await project.prisma(['migrate', 'dev', '--name', 'init'])
  expect(init).toMatchObject({ code: 0, stdout: expect.stringMatching(/created and applied(.|\n)*_init\//) })
  await project.migrate({ '20990101000000_theirs': 'ALTER TABLE "Order" DROP COLUMN tags;' })
  const again = await project.prisma(['migrate', 'dev', '--create-only', '--name', 'again'])
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/without applying it \d{14}_again/) })
  expect(await readdir(join(project.directory, 'migrations'))).toEqual([
    expect.stringMatching(/^\d{14}_init$/),
    expect.stringMatching(/^\d{14}_again$/),
    '20990101000000_theirs',
    'migration_lock.toml',
  ])
  expect(await shadows()).toEqual([])
  await project.remove()
}, 90_000)

describe('the calls behind it', () => {
  test('tell what would be lost, and what cannot be done, by the rows that are there', async () => {
    const database = await server.createDatabase()
    const engine = talk({ url: server.urlOf(database) })
    expect(await engine.ask('devDiagnostic', migrations(first))).toEqual({ action: { tag: 'createMigration' } })
    await engine.ask('applyMigrations', migrations(first))
    const client = await server.connect({ database })
    await client.query(`INSERT INTO "Order" VALUES (1, 'kept')`)
    const next = towards(orderWith('  price Int'), first)
    expect(await engine.ask('evaluateDataLoss', next)).toMatchObject({
      migrationSteps: 1,
      warnings: [{ message: expect.stringContaining('drop the column `note`') }],
      unexecutableSteps: [{ message: expect.stringContaining('required column `price`') }],
    })
    expect(await engine.ask('createMigration', next)).toMatchObject({
      connectorType: 'postgresql',
      generatedMigrationName: expect.stringMatching(/^\d{14}_next$/),
      migrationScript: expect.stringMatching(
        /Warnings(.|\n)*DROP COLUMN "note",\nADD COLUMN {5}"price" INTEGER NOT NULL/,
      ),
    })
  })

  test.each<[string, string, (database: string) => Promise<void>, RegExp]>([
    [
      'drift',
      first['0001_first'],
      (database) => change(database, 'CREATE TABLE stray ()'),
      /Drift detected(.|\n)*stray/,
    ],
    ['a changed file', `${first['0001_first']} `, async () => {}, /`0001_first` was modified after it was applied/],
  ])('ask for a reset after %s', async (_what, file, meanwhile, reason) => {
    const database = await server.createDatabase()
    const engine = talk({ url: server.urlOf(database) })
    await engine.ask('applyMigrations', migrations(first))
    await meanwhile(database)
    expect(await engine.ask('devDiagnostic', migrations({ '0001_first': file }))).toEqual({
      action: { tag: 'reset', reason: expect.stringMatching(reason) },
    })
  })

  test('try a new migration on the shadow first, and tell the words of the server', async () => {
    const engine = talk({ url: server.urlOf(await server.createDatabase()) })
    const broken = migrations({ ...first, '0002_broken': 'CREATE TABLE a (id int);\nALTER TABLE nowhere ADD b int;' })
    await expect(engine.ask('devDiagnostic', broken)).rejects.toMatchObject({
      code: 'P3006',
      message: expect.stringMatching(/`0002_broken` failed to apply cleanly(.|\n)*relation "nowhere" does not exist/),
    })
    expect(await shadows()).toEqual([])
  })

  test('know several schemas', async () => {
    const schema = `datasource db {
  provider = "postgresql"
  schemas  = ["one", "two"]
}
model A {
  id Int @id
  @@schema("one")
}
model B {
  id Int @id
  @@schema("two")
}
`
    const path = join(await mkdtemp(join(tmpdir(), 'prisma-iam-schemas-')), 'schema.prisma')
    await writeFile(path, schema)
    const engine = talk({ url: server.urlOf(await server.createDatabase()) }, [path])
    const files = { '0001': 'CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one."A" (id int PRIMARY KEY);' }
    await engine.ask('devDiagnostic', migrations(files))
    await engine.ask('applyMigrations', migrations(files))
    const { migrationScript } = await engine.ask<{ migrationScript: string }>('createMigration', towards(schema, files))
    expect(migrationScript.replace(/\s+/g, ' ')).toBe(
      '-- CreateTable CREATE TABLE "two"."B" ( "id" INTEGER NOT NULL, CONSTRAINT "B_pkey" PRIMARY KEY ("id") ); ',
    )
    await rm(dirname(path), { recursive: true })
  })

  test('empty a given shadow database before each use', async () => {
    const [database, shadow] = [await server.createDatabase(), await server.createDatabase()]
    await change(shadow, 'CREATE TABLE "Order" (); CREATE SCHEMA other; CREATE TABLE other.left_over ()')
    const engine = talk({ url: server.urlOf(database), shadowDatabaseUrl: server.urlOf(shadow) })
    const files = { ...first, '0002_schema': 'CREATE SCHEMA other' }
    expect(await engine.ask('devDiagnostic', migrations(files))).toEqual({ action: { tag: 'createMigration' } })
    await engine.ask('applyMigrations', migrations(files))
    expect(await engine.ask('evaluateDataLoss', towards(orderWith('  note String'), files))).toMatchObject({
      migrationSteps: 0,
    })
  })
})

async function change(database: string, sql: string): Promise<void> {
  const client = await server.connect({ database })
  await client.query(sql)
}
