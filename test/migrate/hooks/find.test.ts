import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findHooks } from '../../../src/migrate/hooks/find.ts'
import { prepareHooks } from '../../../src/migrate/hooks/prepare.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'prisma-iam-hooks-'))
  for (const name of ['z/2.sql', 'z/10.sql', 'z/deep/1.sql', 'a/1.sql', 'a/notes.md']) write(name, '')
})
afterAll(() => rmSync(directory, { recursive: true }))

function write(name: string, text: string | Buffer): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true })
  writeFileSync(join(directory, name), text)
}

async function namesOf(entries: Parameters<typeof findHooks>[0]): Promise<string[]> {
  return (await findHooks(entries, directory)).sources.map(({ name }) => name)
}

test('hooks run entry by entry, the files of one pattern by path, each once', async () => {
  const files = await namesOf(['z/*.sql', 'a/1.sql', '{a,z}/**/*.sql'])
  expect(files).toEqual(['z/10.sql', 'z/2.sql', 'a/1.sql', 'z/deep/1.sql'])
  expect(await namesOf([])).toEqual([])
})

test('functions stand between files, by their own name or a given one', async () => {
  const seed = () => undefined
  const { sources } = await findHooks(
    ['a/1.sql', seed, { name: 'fill', run: 'once', hook: () => undefined }],
    directory,
  )
  expect(sources).toMatchObject([
    { kind: 'sql', name: 'a/1.sql' },
    { kind: 'function', name: 'seed()', rule: 'always' },
    { kind: 'function', name: 'fill()', rule: 'once' },
  ])
})

test('everything that is wrong about any hook is told at once, with its place', async () => {
  write('bad/1.sql', '-- prisma-iam: run=sometimes\nSELECT 1;\n')
  write('bad/2.sql', "SELECT 1;\nSELECT 'é', :'regoin';\n")
  write('bad/3.sql', "SELECT 'never ends")
  write('bad/4.sql', Buffer.from('\ufeffSELECT 1;', 'utf16le'))
  write('bad/5.sql', Buffer.from("SELECT 'é';", 'latin1'))
  const hooks = { beforeMigrate: ['none/*.sql', 'a'], afterMigrate: ['bad/*.sql'], variables: { region: 'eu' } }
  await expect(prepareHooks(hooks, directory)).rejects.toMatchObject({
    code: 'PRISMA_IAM_CONFIG_INVALID',
    problems: [
      `no hook file matches none/*.sql; patterns are relative to ${directory}`,
      `no hook file matches a; patterns are relative to ${directory}`,
      'bad/1.sql:1:16: `run` is always, once or on-change, not `sometimes`',
      "bad/2.sql:2:13: :'regoin': there is no such variable in `hooks.variables` (did you mean `region`?)",
      expect.stringMatching(/^bad\/3\.sql: .*line 1, column 8: unterminated/),
      'bad/4.sql: is not UTF-8; save it as such',
      'bad/5.sql: is not UTF-8; save it as such',
    ],
  })
})

test('the checksum is that of what would run: a variable that the file uses is a part of it', async () => {
  write('sums/1.sql', "SELECT :'region';")
  const sumOf = async (region: string, unused = 'x') => {
    const { after } = await prepareHooks({ afterMigrate: ['sums/*.sql'], variables: { region, unused } }, directory)
    return after[0]?.checksum
  }
  const sum = await sumOf('eu')
  expect(sum).toMatch(/^[0-9a-f]{64}$/)
  expect(await sumOf('eu', 'y')).toBe(sum)
  expect(await sumOf('us')).not.toBe(sum)
})
