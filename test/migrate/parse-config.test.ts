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
    'unknown key `usr` of `admin` (did you mean `user`?)',
    '`admin.user` must be the name of a database role',
    '`admin.password` must be a string or a function that gives one',
    'unknown key `afterMigrat` of `hooks` (did you mean `afterMigrate`?)',
    '`hooks.beforeMigrate` must be a list of file patterns and functions',
    'roles.app: unknown key "grant" (did you mean `grants`?)',
  ])
})

test('an admin has a password, or a secret, which may know the user', () => {
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:master-Ab12Cd'
  for (const admin of [{ secretArn }, { user: 'postgres', secretArn }]) {
    expect(parseIamConfig({ admin }, 'prisma.config.ts')).toMatchObject({ admin })
  }
  expect(failureOf({ admin: { secretARN: secretArn } }).problems).toEqual([
    'unknown key `secretARN` of `admin` (did you mean `secretArn`?)',
    '`admin.user` must be the name of a database role',
  ])
  expect(failureOf({ admin: { user: 5, secretArn: 'master', password: 'x' } }).problems).toEqual([
    '`admin.user` must be the name of a database role',
    expect.stringContaining('must be the ARN of a secret'),
    expect.stringContaining('only one of them'),
  ])
})

test('hooks may be patterns, functions and functions with a name; what else stands there is told by its path', () => {
  const named = () => undefined
  const hooks = {
    beforeMigrate: ['a.sql', named],
    afterMigrate: [{ name: 'fill', run: 'once', hook: named }],
    variables: { region: 'eu', größe_2: '5' },
  }
  expect(parseIamConfig({ hooks }, 'prisma.config.ts')).toMatchObject({ hooks })
  const wrong = {
    beforeMigrate: [() => undefined, 5, null, { name: '', run: 'on-change', hok: 1 }],
    afterMigrate: [named, { name: 'named', hook: named }],
    variables: { 'my region': 'eu', count: 5 },
  }
  expect(failureOf({ hooks: wrong }).problems).toEqual([
    "`hooks.beforeMigrate[0]` is a function without a name: write { name: '…', hook: … }",
    '`hooks.beforeMigrate[1]` must be a file pattern, a function, or { name, run, hook }',
    '`hooks.beforeMigrate[2]` must be a file pattern, a function, or { name, run, hook }',
    'unknown key `hok` of `hooks.beforeMigrate[3]` (did you mean `hook`?)',
    '`hooks.beforeMigrate[3].name` must be a string that is not empty',
    '`hooks.beforeMigrate[3].hook` must be a function',
    '`hooks.beforeMigrate[3].run` must be always or once',
    'two hooks are called `named`; the database remembers a hook by its name',
    '`hooks.variables`: "my region" is no name of a variable',
    '`hooks.variables.count` must be a string',
  ])
})

test('what is said of DSQL is checked against the rules that there are', () => {
  const dsql = { identityCache: 65_536, accept: ['enum'], leaseSeconds: 30 }
  expect(parseIamConfig({ dsql }, 'prisma.config.ts')).toMatchObject({ dsql })
  expect(failureOf({ dsql: { identityCache: 100, accept: ['enumm'], cache: 1 } }).problems).toEqual([
    'unknown key `cache` of `dsql` (known: `identityCache`, `accept`, `leaseSeconds`)',
    '`dsql.identityCache` must be 1, or 65536 or more',
    '`dsql.accept`: there is no rule `enumm` (did you mean `enum`?)',
  ])
  expect(failureOf({ dsql: { leaseSeconds: '0' } }).problems).toEqual(['`dsql.leaseSeconds` must be from 1 to 300'])
  expect(failureOf({ dsql: { accept: 'enum' } }).problems).toEqual(['`dsql.accept` must be a list of names of rules'])
})

test('problems of roles alone keep their own code', () => {
  expect(failureOf({ roles: { rds_iam: {} } }).code).toBe('PRISMA_IAM_ROLES_INVALID')
})

describe.each([['text'], [null], [[]], [5]])('%j', (input) => {
  test('is no config', () => expect(failureOf(input).problems).toEqual(['the export `iam` must be an object']))
  test('is no admin', () =>
    expect(failureOf({ admin: input }).problems).toEqual(['`admin` must be an object with a `user`']))
  test('is nothing to say of DSQL', () =>
    expect(failureOf({ dsql: input }).problems).toEqual(['`dsql` must be an object']))
  test('is no hooks', () => expect(failureOf({ hooks: input }).problems).toEqual(['`hooks` must be an object']))
})
