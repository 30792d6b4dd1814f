import { describe, expect, test } from 'vitest'
import { isPrismaIamError } from '../../src/errors.ts'
import { parseManifest } from '../../src/roles/parse.ts'

function problemsOf(manifest: unknown): readonly string[] {
  try {
    parseManifest(manifest)
  } catch (error) {
    if (isPrismaIamError(error) && error.code === 'PRISMA_IAM_ROLES_INVALID') return error.problems
    throw error
  }
  return []
}

const grant = { schema: 'shop', tables: '*', privileges: 'readonly' }

test('a manifest that says everything is taken as it is', () => {
  const manifest = {
    app: {
      login: true,
      iam: ['arn:aws:iam::123456789012:role/service-role/app', 'arn:aws-cn:iam::123456789012:user/me'],
      memberOf: ['readers', 'pg_monitor'],
      grants: [
        { schema: 'shop', tables: '*', sequences: ['ticket'], privileges: 'readwrite' },
        { schema: 'shop', tables: ['Order'], columns: ['id'], privileges: ['SELECT', 'UPDATE'] },
        { schema: 'shop', privileges: ['USAGE', 'CREATE'] },
        { schema: 'old', privileges: 'none' },
        { models: ['Order'], columns: ['id'], privileges: ['SELECT'] },
        { tables: '*', functions: ['price(int)'], future: true, privileges: 'readonly' },
      ],
      connectionLimit: -1,
    },
    readers: { login: false },
    old: { absent: true },
  }
  expect(parseManifest(manifest)).toEqual(manifest)
})

test('every problem of the shape is told at once, by path and with the nearest name', () => {
  expect(
    problemsOf({
      app: { logni: true, connectionLimit: 1.5, grants: [{ schema: 1, tables: 'Order', privilege: 'x' }] },
      'a b': { iam: 'arn', memberOf: [1] },
      broken: null,
    }),
  ).toEqual([
    'roles.app.grants[0].schema: must be the name of a schema',
    "roles.app.grants[0].tables: must be '*' or a list of names",
    'roles.app.grants[0].privileges: must be a preset or a list of privileges',
    'roles.app.grants[0]: unknown key "privilege" (did you mean `privileges`?)',
    'roles.app.connectionLimit: must be a whole number',
    'roles.app: unknown key "logni" (did you mean `login`?)',
    'roles["a b"].iam: must be a list of strings',
    'roles["a b"].memberOf[0]: must be a string',
    'roles.broken: must be an object',
  ])
  expect(problemsOf(undefined)).toEqual(['roles: must be an object of roles by name'])
})

test('a role that is declared twice, but for case or quotes, is refused', () => {
  expect(problemsOf({ App: {}, readers: {}, app: {}, '"APP"': {}, 'ap p': {} })).toEqual([
    'role "App" and role "app" and role "\\"APP\\"": one role, declared twice; names differ by more than case and quotes',
  ])
})

test('a role called __proto__ is refused, not lost', () => {
  expect(problemsOf(JSON.parse('{"__proto__": {}}'))).toEqual(['roles: a role cannot be called __proto__'])
})

describe('a name', () => {
  test.each(['public', 'none', 'pg_app', 'rds_iam', 'rdsadmin', 'rds_superuser'])(
    '%s is refused as reserved',
    (name) => {
      expect(problemsOf({ [name]: {} })).toEqual([expect.stringContaining('keep')])
    },
  )
  test.each([
    ['empty', ''],
    ['of 64 bytes', '🐘'.repeat(16)],
    ['with a NUL', 'a\0b'],
    ['with half a surrogate pair', 'a\ud800'],
  ])('%s is refused', (_, name) => {
    expect(problemsOf({ [name]: {} })).toHaveLength(1)
  })
  test.each(['🐘'.repeat(15), 'a'.repeat(63), 'select', '$$', '--', 'a"b', "a'b", 'A b', 'admin'])(
    '%s is taken',
    (name) => {
      expect(problemsOf({ [name]: {} })).toEqual([])
    },
  )
})

describe('an ARN', () => {
  test('of an assumed role is refused with the ARN of the role', () => {
    const session = 'arn:aws:sts::123456789012:assumed-role/app/i-0123'
    expect(problemsOf({ app: { iam: [session] } })).toEqual([
      `role "app": "${session}" is one session of a role; write the role itself: "arn:aws:iam::123456789012:role/app"; if it has a path, which a session does not tell, see \`aws iam get-role --role-name app --query Role.Arn\``,
    ])
  })
  test('of a session of IAM Identity Center is refused with the path where such roles are', () => {
    const session = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0f/me@example.com'
    expect(problemsOf({ app: { iam: [session] } })).toEqual([
      expect.stringContaining(
        '"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_Admin_0f"',
      ),
    ])
  })
  test.each([
    ['arn:aws:iam::123456789012:root', 'is the whole account'],
    ['arn:aws-cn:iam::123456789012:group/team', 'is a group'],
    ['arn:aws:iam::123456789012:instance-profile/web', 'name the role in it'],
    ['arn:aws:sts::123456789012:federated-user/me', 'is one federated session'],
    ['arn:aws:iam::aws:policy/Admin', 'is not the ARN of'],
    ['arn:aws:iam::123456789012:policy/db', 'is a policy'],
  ])('%s is refused for what it is', (arn, reason) => {
    expect(problemsOf({ app: { iam: [arn] } })).toEqual([expect.stringContaining(reason)])
  })
  test.each([
    'app',
    'arn:aws:iam::12345:role/app',
    'arn:aws:iam::123456789012:role/',
    "arn:aws:iam::123456789012:role/a'b",
    'arn:aws:iam::123456789012:role/app ',
    'arn:aws:iam::123456789012:role/app\n',
  ])('%s is refused', (arn) => {
    expect(problemsOf({ app: { iam: [arn] } })).toEqual([expect.stringContaining('is not the ARN of')])
  })
})

test.each([
  [
    'iam without login',
    { login: false, iam: ['arn:aws:iam::123456789012:role/a'] },
    'iam needs a role that may log in',
  ],
  ['rds_iam as a group', { memberOf: ['rds_iam'] }, 'say `iam: [arn]`'],
  ['membership in itself', { memberOf: ['app'] }, 'memberOf goes in a circle: app → app'],
  [
    'a preset that is none',
    { grants: [{ ...grant, privileges: 'everything' }] },
    "(write 'readonly', 'readwrite', 'none'",
  ],
  ['a privilege without a list', { grants: [{ ...grant, privileges: 'select' }] }, "(did you mean `['SELECT']`?)"],
  ['a misspelt preset', { grants: [{ ...grant, privileges: 'readonyl' }] }, '(did you mean `readonly`?)'],
  ['a misspelt privilege', { grants: [{ ...grant, privileges: ['SELCT'] }] }, '(did you mean `SELECT`?)'],
  ['no privileges', { grants: [{ ...grant, privileges: [] }] }, 'the list of privileges is empty'],
  ['a preset on nothing', { grants: [{ schema: 'shop', privileges: 'readwrite' }] }, '"readwrite" of what?'],
  [
    'a privilege that nothing named knows',
    { grants: [{ ...grant, privileges: ['CREATE', 'USAGE', 'INSERT'], tables: undefined }] },
    'INSERT fits nothing that is named here (schema)',
  ],
  [
    'the history of migrations',
    { grants: [{ ...grant, tables: ['_prisma_migrations'] }] },
    'grants[0]: _prisma_migrations is the history',
  ],
  [
    'future without all',
    { grants: [{ ...grant, tables: ['t'], future: true }] },
    "future needs tables, sequences or functions of '*'",
  ],
  [
    'future of nothing',
    { grants: [{ ...grant, privileges: 'none', future: true }] },
    'future goes with what is granted',
  ],
  ['absence with more', { absent: true, login: false }, 'a role that shall be absent has nothing else to say'],
  [
    'models in a schema',
    { grants: [{ schema: 'shop', models: ['Order'], privileges: 'readonly' }] },
    'models say their schema and their tables themselves',
  ],
  ['columns of every table', { grants: [{ ...grant, columns: ['id'] }] }, 'columns need tables by name'],
  [
    'columns with a preset',
    { grants: [{ ...grant, tables: ['t'], columns: ['id'] }] },
    'columns need privileges by name',
  ],
])('%s is refused', (_, role, text) => {
  expect(problemsOf({ app: role })).toEqual([expect.stringContaining(text)])
})

test('a circle of memberships over several roles is told once, as a way', () => {
  const manifest = { a: { memberOf: ['b'] }, b: { memberOf: ['c', 'd'] }, c: {}, d: { memberOf: ['a'] } }
  expect(problemsOf(manifest)).toEqual(['memberOf goes in a circle: a → b → d → a'])
})
