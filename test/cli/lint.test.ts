import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'prisma-iam-lint-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
}

async function lint(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await main(['lint', ...flags], {
    env: { PATH: join(directory, 'bin') },
    cwd: () => directory,
    on: process.on.bind(process),
    off: process.off.bind(process),
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  })
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

const config = (iam: string) => `export const iam = ${iam}\nexport default { schema: 'prisma/schema.prisma' }\n`

describe('the exit code', () => {
  test.each([
    [0, 'CREATE TABLE a (id int);', '1 as-is'],
    [0, 'CREATE INDEX i ON a (b);', '1 rewritten'],
    [3, 'CREATE INDEX i ON a (b DESC);', '1 changed'],
    [1, 'CREATE INDEX i ON a (b DESC); CREATE EXTENSION citext;', '1 refused'],
  ])('is %i for %s', async (code, sql, counted) => {
    write({ 'a.sql': sql })
    expect(await lint('a.sql')).toMatchObject({ code, stderr: expect.stringContaining(counted) })
  })

  test('comes with the rules that refuse, the most frequent first', async () => {
    write({
      'a.sql':
        "CREATE EXTENSION citext; CREATE TYPE a AS ENUM ('a'); CREATE TABLE b (c int); CREATE TYPE d AS ENUM ('d');",
    })
    expect(await lint('a.sql')).toMatchObject({
      stderr: expect.stringMatching(/^refused for: 2 × enum, 1 × extension$/m),
    })
  })

  test('is 2 for a file that is not there, another service and an unknown flag', async () => {
    expect(await lint('b.sql')).toMatchObject({ code: 2, stderr: expect.stringContaining('b.sql cannot be read') })
    expect(await lint('--service', 'rds')).toMatchObject({ code: 2 })
    expect(await lint('--fix')).toMatchObject({ code: 2, stderr: expect.stringContaining('--fix') })
  })

  test('is 0 where there is nothing to lint, and 2 where the migrations are not found', async () => {
    expect(await lint()).toMatchObject({ code: 2, stderr: expect.stringContaining('prisma/migrations') })
    mkdirSync(join(directory, 'prisma/migrations'), { recursive: true })
    expect(await lint()).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('0 statements in 0 files'),
    })
  })
})

test("without files it lints the project's migrations in their order, and its hooks", async () => {
  write({
    'prisma.config.ts': config(`{ hooks: { afterMigrate: ['hooks/*.sql'] } }`),
    'prisma/migrations/0002_b/migration.sql': 'CREATE INDEX i ON a (b);',
    'prisma/migrations/0001_a/migration.sql': 'CREATE TABLE a (b int);',
    'hooks/view.sql': `CREATE VIEW :"name" AS SELECT :'text' AS b;\nCREATE INDEX j ON a (b);`,
  })
  const { code, stdout } = await lint('--json')
  const { files } = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(files).toMatchObject([
    { file: 'prisma/migrations/0001_a/migration.sql', kind: 'migration', statements: [{ outcome: 'as-is' }] },
    { file: 'prisma/migrations/0002_b/migration.sql', statements: [{ outcome: 'rewritten' }] },
    {
      file: 'hooks/view.sql',
      kind: 'hook',
      statements: [{ outcome: 'as-is' }, { outcome: 'rewritten', place: { line: 2 } }],
    },
  ])
  expect(files[2].statements[1].becomes).toEqual(['CREATE INDEX ASYNC j ON a (b)'])
})

test('it tells place, rule, day, what is lost and what runs instead', async () => {
  write({ 'a.sql': '-- first\n  CREATE INDEX "i" ON "a"("b" DESC);\nCREATE TYPE "Role" AS ENUM (\'a\');' })
  const { stdout } = await lint('a.sql')
  expect(stdout).toBe(`a.sql:2:3: changed: CREATE INDEX "i" ON "a"("b" DESC)
    DSQL keeps index keys in ascending order: DESC is left out; an index is read backwards as well, so it matters only where one index mixes directions (sortOrder, 2026-08-28)
    → CREATE INDEX ASYNC "i" ON "a"("b")
a.sql:3:1: refused: CREATE TYPE "Role" AS ENUM ('a')
    DSQL has no enums (CREATE TYPE); make the field a \`String\`; a CHECK constraint can hold the list of values (enum, 2026-09-18)
`)
})

test("the config's word on identities and outgrown rules counts", async () => {
  write({ 'a.sql': 'CREATE TABLE a (id SERIAL); CREATE TYPE "Role" AS ENUM (\'a\');' })
  expect(await lint('a.sql')).toMatchObject({ code: 1 })
  write({ 'prisma.config.ts': config(`{ dsql: { identityCache: 1, accept: ['enum'] } }`) })
  const { code, stdout } = await lint('a.sql')
  expect(code).toBe(3)
  expect(stdout).toContain('→ CREATE TABLE a (id BIGINT GENERATED BY DEFAULT AS IDENTITY (CACHE 1))')
})

describe("with AWS's lint in the PATH", () => {
  /** Answers as version 0.2.20 does: it calls a column with a default unfixable, and finds nothing else. */
  const program = `#!${process.execPath}
const files = process.argv.slice(process.argv.indexOf('--') + 1)
const diagnostic = { rule: 'add_column_constraint', line: 3, message: 'not supported', suggestion: '',
  fix_result: { status: 'unfixable' }, statement_preview: 'ALTER TABLE a ADD COLUMN b int DEFAULT 1;' }
console.log(JSON.stringify({ schema_version: 1, files: files.map((file) => ({ file, diagnostics: [diagnostic] })) }))
process.exit(1)
`

  test('it says where the two think differently, and keeps its own exit code', async () => {
    write({ 'bin/dsql-lint': program, 'a.sql': 'CREATE TABLE a (c int);\nALTER TABLE a\nADD COLUMN b int DEFAULT 1;' })
    chmodSync(join(directory, 'bin/dsql-lint'), 0o755)
    const { code, stderr } = await lint('a.sql')
    expect(code).toBe(3)
    expect(stderr).toContain('dsql-lint of AWS thinks otherwise of a.sql:2: changed here, unfixable there')
    expect(stderr).not.toContain('a.sql:1')
    expect(JSON.parse((await lint('a.sql', '--json')).stdout).dsqlLint).toHaveLength(1)
  })

  test('an answer that it does not know counts as none', async () => {
    write({ 'bin/dsql-lint': `#!${process.execPath}\nconsole.log('{"schema_version":2}')\n`, 'a.sql': 'SELECT 1;' })
    chmodSync(join(directory, 'bin/dsql-lint'), 0o755)
    expect(JSON.parse((await lint('a.sql', '--json')).stdout).dsqlLint).toBeNull()
  })
})
