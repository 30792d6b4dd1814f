import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Hook, HookFunction } from '../../../src/migrate/hooks/hook.ts'
import { readHook } from '../../../src/migrate/hooks/read.ts'
import { isDue, readRecords } from '../../../src/migrate/hooks/record.ts'
import { runHook } from '../../../src/migrate/hooks/run.ts'
import { type TestPostgres, testPostgres } from '../../support/postgres.ts'

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

async function sql(text: string, variables: Record<string, string> = {}): Promise<Hook> {
  const path = join(directory, 'hook.sql')
  writeFileSync(path, text)
  const read = await readHook({ kind: 'sql', path, name: 'hook.sql' }, variables)
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  return read.hook
}

function named(name: string, hook: HookFunction, rule: 'always' | 'once' = 'always'): Hook {
  return { kind: 'function', name, rule, hook, checksum: name }
}

/** Runs it when it is due, as a deploy would, and tells whether it was. */
async function run(hook: Hook, { transactionalDdl = true, schema = 'public' } = {}): Promise<boolean> {
  const own = await server.connect({ database: client.database as string })
  const records = await readRecords(client, schema)
  if (!isDue(hook, records)) return false
  await runHook(hook, {
    client: own,
    server: { transactionalDdl },
    records,
    context: { env: {}, variables: {}, signal: undefined },
  })
  return true
}

async function relations(schema = 'public'): Promise<string[]> {
  const { rows } = await client.query<{ relname: string }>(
    `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind IN ('r', 'i') AND nspname = $1 AND relname NOT LIKE '%pkey' ORDER BY 1`,
    [schema],
  )
  return rows.map(({ relname }) => relname)
}

describe('a hook file', () => {
  test('is one transaction, with the record that it ran', async () => {
    const failing = run(await sql('CREATE TABLE one ();\nSELECT 1/0;\n'))
    await expect(failing).rejects.toThrow('hook.sql:2:1: division by zero (22012)')
    await expect(failing).rejects.toThrow('nothing of this file was kept')
    expect(await relations()).toEqual([])
    await run(await sql('CREATE TABLE one ();'))
    expect(await relations()).toEqual(['_prisma_iam_hooks', 'one'])
  })

  test('that fits no transaction runs in steps; a failure is told with its place, and the next run goes on there', async () => {
    const text = `CREATE TABLE one (id int, name text DEFAULT :'name');\nCREATE INDEX CONCURRENTLY one_id ON one (id);\n`
    const at = (last: string) => sql(`-- prisma-iam: run=once\n${text}${last}`, { name: "two\nlines and 'more'" })
    const failing = run(await at('SELECT 1,\n  nowhere;'))
    await expect(failing).rejects.toMatchObject({
      code: 'PRISMA_IAM_MIGRATE_HOOK',
      message: expect.stringContaining('hook.sql:5:3: column "nowhere" does not exist (42703)'),
      hint: expect.stringContaining('this was step 3 of 3: steps 1 to 2 are done'),
    })
    expect(await relations()).toEqual(['_prisma_iam_steps', 'one', 'one_id'])
    await expect(run(await sql(`-- prisma-iam: run=once\nSELECT 2;VACUUM;`))).rejects.toMatchObject({
      code: 'PRISMA_IAM_STEPS_CHANGED',
      message: expect.stringContaining('hook hook.sql was begun'),
    })
    expect(await run(await at('SELECT 1;'))).toBe(true)
    expect(await relations()).toEqual(['_prisma_iam_hooks', '_prisma_iam_steps', 'one', 'one_id'])
    expect((await client.query('SELECT FROM _prisma_iam_steps')).rowCount).toBe(0)
  })

  test('that is written to be repeated begins anew when it was changed in what has run', async () => {
    await client.query('CREATE TABLE trail (n int)')
    const at = (n: number, last: string) => sql(`INSERT INTO trail VALUES (${n});\n${last};\nVACUUM trail;`)
    await expect(run(await at(1, 'SELECT 1/0'))).rejects.toThrow('hook.sql:2:1')
    await run(await at(1, 'SELECT 1'))
    expect((await client.query('SELECT n FROM trail')).rows).toEqual([{ n: 1 }])
    await expect(run(await at(2, 'SELECT 1/0'))).rejects.toThrow('hook.sql:2:1')
    await run(await at(3, 'SELECT 1'))
    expect((await client.query('SELECT n FROM trail')).rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  test('may begin with a byte order mark, hold functions, or nothing', async () => {
    const body = '\ufeff-- hello\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\n'
    await run(await sql(body))
    expect((await client.query('SELECT f()')).rows).toEqual([{ f: 1 }])
    await run(await sql('-- nothing yet\n'))
    await run(await sql(''))
  })

  test.each([
    ['SELECT 1;\r\n\r\nSELEC 2;', 3, 1],
    ['SELECT 1;  SELECT nowhere', 1, 19],
    ["/* ä😀 */ SELECT '😀é',\n  nowhere", 2, 3],
    [`SELECT :'long', nowhere`, 1, 17],
    [`SELECT 1 AS "x";\nSELECT 'é', :'long',\n  :"x"`, 3, 3],
  ])('%j fails at line %i, column %i of the file', async (text, line, column) => {
    const hook = await sql(text, { long: "it's\nquite \\ long 😀".repeat(9), x: 'nowhere' })
    await expect(run(hook)).rejects.toThrow(`hook.sql:${line}:${column}: `)
  })

  test('whose constraint was deferred fails at its end', async () => {
    const text =
      'CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (1);'
    await expect(run(await sql(text))).rejects.toThrow(/^hook\.sql: .*violates foreign key.*\. Key \(id\)=\(1\)/)
    expect(await relations()).toEqual([])
  })

  test('gets its variables as constants and names', async () => {
    const variables = { table: `the "best" 'one'`, value: "'); DROP TABLE x; --" }
    await run(await sql(`CREATE TABLE :"table" (v text); INSERT INTO :"table" VALUES (:'value');`, variables))
    const { rows } = await client.query(`SELECT v FROM "the ""best"" 'one'"`)
    expect(rows).toEqual([{ v: variables.value }])
  })
})

describe('the rule of a hook', () => {
  const text = 'CREATE TABLE IF NOT EXISTS trail (at serial); INSERT INTO trail DEFAULT VALUES;'
  const count = async () => (await client.query<{ n: number }>('SELECT count(*)::int AS n FROM trail')).rows[0]?.n

  test('always: it runs each time', async () => {
    for (let n = 0; n < 3; n++) expect(await run(await sql(text))).toBe(true)
    expect(await count()).toBe(3)
  })

  test('once: it runs one time, whatever becomes of its text, and a failure is no run', async () => {
    await expect(run(await sql(`-- prisma-iam: run=once\n${text} SELECT 1/0;`))).rejects.toThrow('division by zero')
    expect(await run(await sql(`-- prisma-iam: run=once\n${text}`))).toBe(true)
    expect(await run(await sql(`-- prisma-iam: run=once\n${text} -- changed`))).toBe(false)
    expect(await count()).toBe(1)
  })

  test('on-change: it runs when the text or a variable is another, back to an older one, too', async () => {
    const at = (version: string) => sql(`-- prisma-iam: run=on-change\n${text} SELECT :'version'`, { version })
    for (const [version, ran] of [
      ['1', true],
      ['1', false],
      ['2', true],
      ['2', false],
      ['1', true],
    ] as const) {
      expect(await run(await at(version))).toBe(ran)
    }
    expect(await count()).toBe(3)
  })

  test('holds where DDL is not transactional', async () => {
    const hook = await sql(`-- prisma-iam: run=once\n${text}`)
    expect(await run(hook, { transactionalDdl: false })).toBe(true)
    expect(await run(hook, { transactionalDdl: false })).toBe(false)
  })

  test('is kept beside the history, whatever schema and role the file has taken', async () => {
    await client.query('CREATE SCHEMA elsewhere; CREATE ROLE nobody_else')
    const hook = await sql('-- prisma-iam: run=once\nSET search_path = elsewhere; SET ROLE nobody_else;')
    expect(await run(hook, { schema: 'app' })).toBe(true)
    expect(await relations('app')).toEqual(['_prisma_iam_hooks'])
    expect(await relations('elsewhere')).toEqual([])
    expect(await run(hook, { schema: 'app' })).toBe(false)
    const { rows } = await client.query('SELECT name, checksum FROM app._prisma_iam_hooks')
    expect(rows).toEqual([{ name: 'hook.sql', checksum: hook.checksum }])
  })
})

describe('a function', () => {
  test('runs in a transaction with its record', async () => {
    const fill = named('fill()', async ({ client: own }) => void (await own.query('CREATE TABLE filled ()')), 'once')
    expect(await run(fill)).toBe(true)
    expect(await run(fill)).toBe(false)
    expect(await relations()).toEqual(['_prisma_iam_hooks', 'filled'])
  })

  test('that throws leaves nothing, and its name, the server’s words and the cause are told', async () => {
    const cause = await run(
      named('fill()', async ({ client: own }) => {
        await own.query('CREATE TABLE filled ()')
        await own.query('SELECT nowhere')
      }),
    ).catch((error: unknown) => error)
    expect(cause).toMatchObject({
      code: 'PRISMA_IAM_MIGRATE_HOOK',
      message: expect.stringMatching(/^fill\(\): column "nowhere" does not exist \(42703\)/),
      cause: expect.objectContaining({ code: '42703' }),
    })
    expect(await relations()).toEqual([])
    await expect(run(named('odd()', () => Promise.reject('just words')))).rejects.toThrow('odd(): just words')
  })
})
