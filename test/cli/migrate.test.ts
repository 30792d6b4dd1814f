import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { config, envOf, type Project, testProject } from '../migrate/project.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

// Every step is a process of its own, and some start three more.
vi.setConfig({ testTimeout: 90_000 })

let emulator: TestEmulator
let project: Project

beforeAll(async () => {
  emulator = await testEmulator({ service: 'rds' })
  await emulator.asSuperuser(`CREATE DATABASE passed OWNER ${emulator.admin}`)
  project = await testProject(envOf(emulator, 'passed'))
})
afterAll(async () => {
  await project.remove()
  await emulator.stop()
})

test("status, resolve and diff have Prisma's own flags, words and exit codes", async () => {
  expect(await project.run(['migrate', 'status'])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('0001_first'),
  })
  const resolved = await project.run(['migrate', 'resolve', '--applied', '0001_first'])
  expect(resolved).toMatchObject({ code: 0, stdout: expect.stringContaining('0001_first marked as applied') })
  const again = await project.run(['migrate', 'resolve', '--applied', '0001_first'])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('P3008') })
  const args = ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema.prisma', '--exit-code']
  expect(await project.run([...args, '--script'])).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('CREATE TABLE "Order"'),
  })
  const further = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', 'prisma/schema.prisma']
  expect(await project.run([...further, '--script'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('empty migration'),
  })
  expect(emulator.logins()).not.toContain('app')
})

test('dev writes, applies and repeats a migration as the admin, on a shadow database that it drops; reset begins anew', async () => {
  const env = { DATABASE_URL: envOf(emulator, 'developed').DATABASE_URL ?? '' }
  await project.write({
    'more.prisma': `${readFileSync(join(project.directory, 'prisma/schema.prisma'), 'utf8')}model More {\n  id Int @id\n}\n`,
  })
  const dev = await project.run(['migrate', 'dev', '--schema=more.prisma', '-n', 'more'], env)
  expect(dev).toMatchObject({ code: 0, stdout: expect.stringMatching(/created and applied(.|\n)*_more/) })
  const tables = () =>
    emulator.asSuperuser("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", 'developed')
  const made = [{ tablename: 'More' }, { tablename: 'Order' }, { tablename: '_prisma_migrations' }]
  expect((await tables()).rows).toEqual(made)
  await emulator.asSuperuser('CREATE TABLE stray ()', 'developed')
  expect(await project.run(['migrate', 'reset', '-f'], env)).toMatchObject({ code: 0 })
  expect((await tables()).rows).toEqual(made)
  expect((await emulator.asSuperuser("SELECT datname FROM pg_database WHERE datname LIKE '%shadow%'")).rows).toEqual([])
  expect(emulator.logins()).not.toContain('app')
})

test('diff needs no database and no environment where Prisma needs none; -- hands over what we do not know', async () => {
  const args = ['migrate', 'diff', '--from-empty', '--', '--to-schema=prisma/schema.prisma', '--script']
  const run = await project.run(args, { DATABASE_URL: '' })
  expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('CREATE TABLE "Order"') })
})

describe('what is asked for wrongly ends with 2 before anything runs', () => {
  test.each<[string[], RegExp]>([
    [['migrate', '--jsn'], /unknown flag `--jsn` \(did you mean `--json`\?\)/],
    [['migrate', 'stauts'], /unknown verb `stauts` \(did you mean `status`\?\)/],
    [['migrate', '--config', ''], /`--config` needs a value/],
    [['roles', 'plan', '--config', ''], /--config names no file/],
    [['migrate', '--config', 'none.ts'], /there is no config file .*none\.ts/],
    [['migrat'], /unknown command 'migrat'[\s\S]*migrate/],
    [
      ['roles', 'plan', '--chek'],
      /unknown option '--chek'[\s\S]*--check[\s\S]*Hint: see `prisma-iam roles plan --help`/,
    ],
    [['help', 'migrat'], /unknown command 'migrat'[\s\S]*Hint: see `prisma-iam --help`/],
  ])('%j', async (args, words) => {
    const run = await project.run(args)
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(words) })
  })

  test('a config with several problems', async () => {
    await project.write({
      'wrong.config.ts': config('{ admn: {}, hooks: { after: [] } } as object')['prisma.config.ts'] ?? '',
    })
    const run = await project.run(['migrate', 'status', '--config', 'wrong.config.ts'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(
      /admn.*`admin`[\s\S]*`after` of `hooks` \(known: `beforeMigrate`[\s\S]*PRISMA_IAM_CONFIG_INVALID/,
    )
  })

  test('a config without what Prisma needs of it', async () => {
    await project.write({ 'bare.config.ts': 'export const iam = {}', 'half.config.ts': 'export default {}' })
    const bare = await project.run(['migrate', '--dry-run', '--config', 'bare.config.ts'])
    expect(bare).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('export default defineConfig') })
    const half = await project.run(['migrate', '--config', 'half.config.ts'])
    expect(half).toMatchObject({ code: 2, stderr: expect.stringContaining('datasource: iamDatasource(iam)') })
  })

  test('no host at all', async () => {
    const run = await project.run(['migrate'], { DATABASE_URL: '' })
    expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(/no host[\s\S]*no database/) })
  })
})

test('--help loads neither Prisma nor a database driver', async () => {
  const coverage = mkdtempSync(join(tmpdir(), 'prisma-iam-coverage-'))
  try {
    const env = { NODE_V8_COVERAGE: coverage, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x' }
    const run = await project.run(['migrate', '--help'], env)
    expect(run).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--lock-timeout') })
    const report = readdirSync(coverage)
      .map((file) => readFileSync(join(coverage, file), 'utf8'))
      .join('')
    const packages = [...report.matchAll(/"url":"[^"]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(([, name]) => name)
    expect(new Set(packages)).toEqual(new Set(['commander', 'fastest-levenshtein']))
  } finally {
    rmSync(coverage, { recursive: true })
  }
})

test("-- --help shows Prisma's help and deploys nothing; `help` is --help", async () => {
  const run = await project.run(['migrate', '--', '--help'])
  expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage') })
  expect(run.stderr).not.toContain('applied')
  expect(await project.run(['help'])).toEqual(await project.run(['--help']))
  expect(await project.run(['help', 'migrate'])).toEqual(await project.run(['migrate', '--help']))
})

test('without a command it says what there is', async () => {
  expect(await project.run([])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^Usage: prisma-iam/),
  })
  expect(await project.run(['--help'])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('emulator'),
  })
})
