import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findHooks, runHook } from '../../src/migrate/hooks.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres
let client: pg.Client
let directory: string

beforeAll(async () => {
  server = await testPostgres()
  directory = mkdtempSync(join(tmpdir(), 'prisma-iam-hooks-'))
})
beforeEach(async () => {
  client = await server.connect({ database: await server.createDatabase() })
})
afterAll(async () => {
  rmSync(directory, { recursive: true })
  await server.stop()
})

function hook(text: string) {
  const path = join(directory, 'hook.sql')
  writeFileSync(path, text)
  return { path, name: 'hook.sql' }
}

async function tables(): Promise<string[]> {
  const { rows } = await (await server.connect({ database: client.database as string })).query<{ relname: string }>(
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace ORDER BY 1",
  )
  return rows.map(({ relname }) => relname)
}

test('hooks run pattern by pattern, those of one pattern by path, each once', async () => {
  for (const name of ['z/2.sql', 'z/10.sql', 'z/deep/1.sql', 'a/1.sql', 'a/notes.md']) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), '')
  }
  const found = await findHooks(['z/*.sql', 'a/1.sql', '{a,z}/**/*.sql'], directory)
  expect(found.map(({ name }) => name)).toEqual(['z/10.sql', 'z/2.sql', 'a/1.sql', 'z/deep/1.sql'])
  expect(await findHooks([], directory)).toEqual([])
  await expect(findHooks(['b/*.sql'], directory)).rejects.toThrow('no hook file matches b/*.sql')
  await expect(findHooks(['a'], directory)).rejects.toThrow('no hook file matches a')
})

describe('a hook file', () => {
  test('is one transaction', async () => {
    const run = runHook(client, hook('CREATE TABLE one ();\nSELECT 1/0;\n'), true)
    await expect(run).rejects.toThrow('hook.sql:2:1: division by zero (22012)')
    await expect(run).rejects.toThrow('nothing of this file was kept')
    expect(await tables()).toEqual([])
  })

  test('runs statement by statement where it must', async () => {
    const text = 'CREATE TABLE one (id int);\nCREATE INDEX CONCURRENTLY one_id ON one (id);\nSELECT 1/0;\n'
    await expect(runHook(client, hook(text), true)).rejects.toThrow('hook.sql:3:1')
    expect(await tables()).toEqual(['one', 'one_id'])
  })

  test('runs statement by statement where DDL is not transactional', async () => {
    await expect(runHook(client, hook('CREATE TABLE one ();SELECT 1/0'), false)).rejects.toThrow(
      'what stands before it',
    )
    expect(await tables()).toEqual(['one'])
  })

  test('may begin with a byte order mark, hold functions, or nothing', async () => {
    const body = '\ufeff-- hello\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\n'
    await runHook(client, hook(body), true)
    expect((await client.query('SELECT f()')).rows).toEqual([{ f: 1 }])
    await runHook(client, hook('-- nothing yet\n'), true)
    await runHook(client, hook(''), true)
  })

  test.each([
    ['SELECT 1;\r\n\r\nSELEC 2;', 3, 1],
    ['SELECT 1;  SELECT nowhere', 1, 19],
    ["/* ä😀 */ SELECT '😀é',\n  nowhere", 2, 3],
  ])('%j fails at line %i, column %i', async (text, line, column) => {
    await expect(runHook(client, hook(text), true)).rejects.toThrow(`hook.sql:${line}:${column}: `)
  })

  test('that cannot be read is named', async () => {
    await expect(runHook(client, hook("SELECT 'never ends"), true)).rejects.toThrow(/^hook\.sql: /)
  })

  test('whose constraint was deferred fails at its end', async () => {
    const text =
      'CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (1);'
    await expect(runHook(client, hook(text), true)).rejects.toThrow(/violates foreign key.*\. Key \(id\)=\(1\)/)
  })
})
