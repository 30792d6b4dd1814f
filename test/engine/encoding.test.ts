import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { converse } from './conversation.ts'
import { migrations } from './in-process.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await server.stop()
})

const first = { '0001_first': 'CREATE TABLE a (id int);' }
const marked = '\ufeffCREATE TABLE b (id int);'
/** As Prisma's CLI reads it, and any program that takes it for UTF-8. */
const utf16 = Buffer.from('\ufeffCREATE TABLE c (id int);', 'utf16le').toString('utf8')

test('files with a byte order mark, or in UTF-16, are refused by name before the first one runs', async () => {
  const database = await server.createDatabase()
  const engine = converse({ url: server.urlOf(database) })
  const files = { ...first, '0002_marked': marked, '0003_wide': utf16 }
  await expect(engine.ask('applyMigrations', migrations(files))).rejects.toThrow(
    /nothing was run(.|\n)*0002_marked\/migration.sql begins with a byte order mark\n(.|\n)*0003_wide\/migration.sql is UTF-16\n(.|\n)*UTF-8 without/,
  )
  const client = await server.connect({ database })
  expect((await client.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).rowCount).toBe(0)
  await engine.end()
})

test('a file that was applied may keep its mark; it is replayed without it', async () => {
  const engine = converse({ url: server.urlOf(await server.createDatabase()) })
  const files = { ...first, '0002_marked': marked }
  await engine.ask('applyMigrations', migrations(first))
  await engine.ask('markMigrationApplied', { migrationName: '0002_marked', ...migrations(files) })
  expect(await engine.ask('applyMigrations', migrations(files))).toEqual({ appliedMigrationNames: [] })
  expect(await engine.ask('devDiagnostic', migrations(files))).toMatchObject({
    action: { reason: expect.stringMatching(/Removed tables\n {2}- b/) },
  })
  await engine.end()
})

test('CRLF, an empty file and non-ASCII text are taken as they are', async () => {
  const database = await server.createDatabase()
  const engine = converse({ url: server.urlOf(database) })
  const crlf =
    "CREATE TABLE a (\r\n  id int, -- first;\r\n  note text DEFAULT 'ä\r\n🙂'\r\n);\r\nCREATE TABLE b ();\r\n"
  const files = {
    '0001_crlf': crlf,
    '0002_empty': '',
    '0003_comment': '-- nothing\n',
    '0004_größe': 'CREATE TABLE "größe" ()',
  }
  expect(await engine.ask('applyMigrations', migrations(files))).toEqual({ appliedMigrationNames: Object.keys(files) })
  const client = await server.connect({ database })
  const [row] = (await client.query("SELECT column_default FROM information_schema.columns WHERE column_name = 'note'"))
    .rows
  expect(row).toEqual({ column_default: "'ä\r\n🙂'::text" })
  await engine.end()
})

test('5 MB in one file arrive whole', async () => {
  const database = await server.createDatabase()
  const engine = converse({ url: server.urlOf(database) })
  const rows = Array.from({ length: 50_000 }, (_none, n) => `INSERT INTO big VALUES (${n}, '${';'.repeat(68)}');\n`)
  const file = `CREATE TABLE big (id int PRIMARY KEY, note text);\n${rows.join('')}`
  expect(file.length).toBeGreaterThan(5_000_000)
  await engine.ask('applyMigrations', migrations({ '0001_big': file }))
  const client = await server.connect({ database })
  expect((await client.query('SELECT count(*)::int, sum(length(note))::int AS length FROM big')).rows).toEqual([
    { count: 50_000, length: 50_000 * 68 },
  ])
  await engine.end()
}, 60_000)
