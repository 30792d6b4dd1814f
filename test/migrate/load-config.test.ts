import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadProject } from '../../src/migrate/load-config.ts'

let directory: string
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'prisma-iam-config-')))
})
afterEach(() => rmSync(directory, { recursive: true }))

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
}

const prisma = "export default { schema: 'db/schema.prisma' }\n"

test('without a config file the environment says everything', async () => {
  expect(await loadProject(directory)).toEqual({
    cwd: directory,
    configFile: undefined,
    directory,
    iam: { roles: {} },
    declared: false,
    datasourceUrl: undefined,
    migrationsDirectory: join(directory, 'prisma/migrations'),
  })
})

test('TypeScript, a function for the password and the paths of Prisma are read', async () => {
  write({
    'prisma.config.ts': `${prisma}interface Who { user: string }
const who: Who = { user: 'postgres' }
export const iam = { admin: { ...who, password: async () => 'x' } }\n`,
  })
  const project = await loadProject(directory)
  expect(project).toMatchObject({ declared: true, migrationsDirectory: join(directory, 'db/migrations') })
  expect(project.iam.admin).toEqual({ user: 'postgres', password: expect.any(Function) })
})

test.each(['prisma.config.mjs', '.config/prisma.ts', 'prisma7.config.ts'])('%s is found', async (name) => {
  write({ [name]: prisma })
  const project = await loadProject(directory)
  expect(project).toMatchObject({ configFile: join(directory, name), declared: false, iam: { roles: {} } })
  expect(project.migrationsDirectory).toBe(join(directory, dirname(name), 'db/migrations'))
})

test('CommonJS is read, too', async () => {
  write({
    'prisma.config.cjs': "module.exports = { iam: { admin: { user: 'x' } }, default: { schema: 'db/schema.prisma' } }",
  })
  expect(await loadProject(directory)).toMatchObject({ iam: { admin: { user: 'x' } }, directory })
})

test('--config and --schema are relative to the caller, a folder of schemas holds its migrations', async () => {
  write({ 'sub/prisma.config.ts': 'export default {}', 'many/a.prisma': '', 'schema.prisma': '' })
  const named = await loadProject(directory, { config: 'sub/prisma.config.ts', schema: 'many' })
  expect(named).toMatchObject({
    directory: join(directory, 'sub'),
    migrationsDirectory: join(directory, 'many/migrations'),
  })
  expect((await loadProject(directory)).migrationsDirectory).toBe(join(directory, 'migrations'))
})

test('a file that is not there, throws, or is no TypeScript is named', async () => {
  const load = (config: string) => loadProject(directory, { config })
  await expect(load('none.ts')).rejects.toMatchObject({
    code: 'PRISMA_IAM_CONFIG_LOAD',
    message: expect.stringContaining(join(directory, 'none.ts')),
  })
  write({ 'throws.ts': "throw new Error('SHOP_ADMIN is not set')", 'broken.ts': 'export const = 5' })
  await expect(load('throws.ts')).rejects.toMatchObject({
    code: 'PRISMA_IAM_CONFIG_LOAD',
    message: expect.stringMatching(/throws\.ts cannot be run: SHOP_ADMIN is not set/),
  })
  await expect(load('broken.ts')).rejects.toMatchObject({ code: 'PRISMA_IAM_CONFIG_LOAD' })
  write({ 'lacks.ts': "import { defineConfig } from 'prisma/config'\nexport default defineConfig({})" })
  await expect(load('lacks.ts')).rejects.toMatchObject({
    hint: expect.stringContaining('npm install --save-dev prisma@7'),
  })
  await expect(load('')).rejects.toThrow('--config names no file')
  write({ 'folder/x.ts': '' })
  await expect(load('folder')).rejects.toThrow(`${join(directory, 'folder')} is no file`)
  write({ 'wrong.ts': "export const iam = 'postgresql://…'" })
  await expect(load('wrong.ts')).rejects.toMatchObject({ code: 'PRISMA_IAM_CONFIG_INVALID' })
})

test.each([
  [
    'what it throws',
    "throw new Error('no way to postgresql://u:S3CRET@host/db')",
    'postgresql://u:…@host/db',
    'correct that in the file',
  ],
  ['an entry that is none', "import 'prisma-iam/confg'", './confg', 'import from prisma-iam/config'],
  ['a name that is none', "import * as own from './own.ts'\nown.iamDataSource()", 'iamDataSource', '`iamDatasource`?'],
  ['its syntax', 'export const = 5', 'broken.ts:1:', 'correct the file at that line and column'],
])('a config file that cannot be run for %s is told without a secret, and with what to type', async (...told) => {
  const [, text, names, advice] = told
  write({ 'broken.ts': text, 'own.ts': 'export {}', 'node_modules/.keep': '' })
  symlinkSync(process.cwd(), join(directory, 'node_modules/prisma-iam'))
  const failure = await loadProject(directory, { config: 'broken.ts' }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ message: expect.stringContaining(names), hint: expect.stringContaining(advice) })
  expect(String(failure)).not.toContain('S3CRET')
})

test('models of the Prisma schema that roles name become tables; what is no model is named with the nearest', async () => {
  const config = (models: string) =>
    `${prisma}export const iam = { roles: { app: { grants: [{ models: ${models}, privileges: 'readonly' }] } } }\n`
  write({
    'db/schema.prisma': 'model Order {\n  id Int @id\n  @@map("orders")\n}\n',
    'prisma.config.ts': config("'*'"),
    'wrong.config.ts': config("['Orders']"),
  })
  const { iam } = await loadProject(directory)
  expect(iam.roles).toEqual({ app: { grants: [{ tables: ['orders'], privileges: 'readonly' }] } })
  await expect(loadProject(directory, { config: 'wrong.config.ts' })).rejects.toMatchObject({
    code: 'PRISMA_IAM_ROLES_INVALID',
    problems: ['role "app": grants[0]: there is no model "Orders" (did you mean `Order`?)'],
  })
})
