import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { loadProject } from '../../src/migrate/load-config.ts'
import { prismaConfigModule } from '../../src/migrate/prisma-config-module.ts'

const folder = mkdtempSync(join(tmpdir(), 'prisma-iam-config-'))
symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0

async function load(text: string) {
  const config = `${++files}.config.ts`
  writeFileSync(join(folder, config), text)
  return await loadProject(folder, { config })
}

test('defineConfig and env of a config file work without the module that Prisma has for them', async () => {
  const { migrationsDirectory, datasourceUrl } = await load(`import { defineConfig, env } from 'prisma/config'
export default defineConfig({ migrations: { path: 'here' }, datasource: { url: env('HOME') } })`)
  expect(migrationsDirectory).toBe(join(folder, 'here'))
  expect(datasourceUrl).toBe(process.env.HOME)
})

test('an absent variable is told in the words of Prisma', async () => {
  await expect(
    load("import { env } from 'prisma/config'\nexport default { datasource: { url: env('NEVER_SET') } }"),
  ).rejects.toThrow(/NEVER_SET/)
})

test('what else a config file takes of that module is the real one', () => {
  const other = mkdtempSync(join(tmpdir(), 'prisma-iam-config-'))
  mkdirSync(join(other, 'node_modules/prisma'), { recursive: true })
  writeFileSync(
    join(other, 'node_modules/prisma/config.js'),
    'exports.later = () => "real"; exports.env = () => "real"',
  )
  const { 'prisma/config': module } = prismaConfigModule(join(other, 'prisma.config.ts'), { HOME: 'here' })
  expect([module?.later, module?.env].map((call) => (call as (name: string) => string)('HOME'))).toEqual([
    'real',
    'here',
  ])
  rmSync(other, { recursive: true })
})
