import { describe, expect, test } from 'vitest'
import { PrismaIamError } from '../../src/errors.ts'
import { parseIamConfig } from '../../src/migrate/parse-config.ts'

function failureOf(input: unknown): PrismaIamError {
  try {
    parseIamConfig(input, 'prisma.config.ts')
  } catch (error) {
    if (error instanceof PrismaIamError) return error
  }
  throw new Error('this was accepted')
}

test('a config that is right comes back as it was, with roles', () => {
  const input = { url: 'postgresql://app@h/d', admin: { user: 'postgres' }, hooks: { afterMigrate: ['a.sql'] } }
  expect(parseIamConfig(input, 'prisma.config.ts')).toEqual({ ...input, roles: {} })
})

test('every problem is told at once, unknown names with the nearest one', () => {
  const { code, problems, message } = failureOf({
    ulr: 'x',
    pool: {},
    admin: { usr: 'postgres', password: 5 },
    hooks: { afterMigrat: ['a.sql'], beforeMigrate: 'b.sql' },
    roles: { app: { grant: [] } },
  })
  expect(code).toBe('PRISMA_IAM_CONFIG_INVALID')
  expect(message).toContain('prisma.config.ts')
  expect(problems).toEqual([
    'unknown key `ulr` (did you mean `url`?)',
    expect.stringContaining('unknown key `pool`'),
    'unknown key of `admin` `usr` (did you mean `user`?)',
    '`admin.user` must be the name of a database role',
    '`admin.password` must be a string or a function that gives one',
    'unknown key of `hooks` `afterMigrat` (did you mean `afterMigrate`?)',
    '`hooks.beforeMigrate` must be a list of file patterns',
    'roles.app: unknown key "grant" (did you mean `grants`?)',
  ])
})

test('problems of roles alone keep their own code', () => {
  expect(failureOf({ roles: { rds_iam: {} } }).code).toBe('PRISMA_IAM_ROLES_INVALID')
})

describe.each([['text'], [null], [[]], [5]])('%j', (input) => {
  test('is no config', () => expect(failureOf(input).problems).toEqual(['the export `iam` must be an object']))
  test('is no admin', () =>
    expect(failureOf({ admin: input }).problems).toEqual(['`admin` must be an object with a `user`']))
  test('is no hooks', () => expect(failureOf({ hooks: input }).problems).toEqual(['`hooks` must be an object']))
})
