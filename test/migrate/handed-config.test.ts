import { expect, test } from 'vitest'
import { handConfig, namesHandedFile } from '../../src/migrate/handed-config.ts'
import type { Project } from '../../src/migrate/load-config.ts'

const url = 'postgresql://postgres@h:5432/d'

const project: Project = {
  cwd: '/shop/sub',
  configFile: '/shop/prisma.config.ts',
  directory: '/shop',
  iam: {},
  declared: true,
  prisma: { schema: 's' },
  datasourceUrl: url,
  migrationsDirectory: '/shop/prisma/migrations',
}

const hand = (prisma: object) => handConfig({ ...project, prisma }, url)

test('paths become absolute, and of the database only the URL without a secret is handed on', () => {
  const handed = hand({
    schema: 'db/schema.prisma',
    migrations: { path: '../migrations', seed: 'PGPASSWORD=canary node seed.js' },
    datasource: {
      url: 'postgresql://postgres:canary@h:5432/d',
      shadowDatabaseUrl: 'postgresql://postgres:canary@h:5432/s',
    },
  })
  expect(handed?.file).toMatch(/dist\/migrate\/handed\.config\.mjs$/)
  expect(JSON.parse(handed?.env.PRISMA_IAM_PRISMA_CONFIG ?? '')).toEqual({
    schema: '/shop/db/schema.prisma',
    migrations: { path: '/migrations' },
    datasource: { url },
  })
})

test.each([
  ['no schema, for which Prisma looks beside its config file', {}],
  ['an empty schema', { schema: '' }],
  ['what deploys need and this program does not know', { schema: 's', tables: { external: ['a'] } }],
  ['a key that Prisma refuses', { schema: 's', migration: { path: 'm' } }],
  ['a key inside that Prisma refuses', { schema: 's', migrations: { paths: 'm' } }],
  ['a value that Prisma refuses', { schema: 's', migrations: { path: 5 } }],
  ['a part that Prisma refuses', { schema: 's', migrations: null }],
])('a config with %s is run by Prisma itself', (_what, prisma) => {
  expect(hand(prisma)).toBeUndefined()
})

test('without a config, or a datasource, there is nothing to hand on', () => {
  expect(handConfig(project, url)).toBeDefined()
  expect(handConfig({ ...project, prisma: undefined }, url)).toBeUndefined()
  expect(handConfig({ ...project, datasourceUrl: undefined }, url)).toBeUndefined()
})

test('the file of this package is not named to people, their own is', () => {
  const line = (file: string) => `Loaded Prisma config from ${file}.`
  expect(namesHandedFile(line('../node_modules/prisma-iam/dist/migrate/handed.config.mjs'))).toBe(true)
  expect(namesHandedFile(line('prisma.config.ts'))).toBe(false)
})
