import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import { parseManifest } from '../../src/roles/parse.ts'
import { planRoles } from '../../src/roles/plan.ts'
import { identifier } from '../../src/sql/quote.ts'
import { arn, rds, type TestRds, testRds } from './rds.ts'

let server: TestRds

beforeAll(async () => {
  server = await testRds()
})
afterAll(() => server.postgres.stop())

const oddNames = [
  'plain',
  'Capitals and spaces',
  'with-dash',
  `with"quote`,
  `with""quotes`,
  `with'apostrophe`,
  'back\\slash',
  '$$dollars$$',
  '--comment',
  '/* comment */',
  'semi;colon',
  'new\nline',
  'line\r\n; DROP TABLE x; --',
  `"; DROP ROLE master; --`,
  `x" SUPERUSER "`,
  '%s %I $1',
  'select',
  'user',
  'current_user',
  'session_user',
  'all',
  'group',
  'émoji 🐘',
  '🐘'.repeat(15),
  'a'.repeat(63),
  'constructor',
  '\u001b[31mred',
  ' ',
]

test.each(oddNames)('the name %j round-trips as role, group, schema, table and column', (name) => roundTrip(name))

const anyName = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom('"', "'", '\\', ';', '$', '-', ' ', 'a', '\n', 'E', '(', ')'),
      minLength: 1,
      maxLength: 30,
    }),
  )
  .filter((name) => Buffer.byteLength(name) <= 60)
  .filter((name) => acceptable(name))

test('no name breaks out of its quotes', async () => {
  await fc.assert(
    fc.asyncProperty(anyName, (name) => roundTrip(name)),
    { numRuns: 100 },
  )
}, 60_000)

function acceptable(name: string): boolean {
  try {
    parseManifest(Object.fromEntries([[name, {}]]))
    return !['master', 'postgres'].includes(name)
  } catch {
    return false
  }
}

/** Declares the name wherever a name can stand, applies, and compares the catalogs with the name itself. */
async function roundTrip(name: string): Promise<void> {
  const { master } = server
  const group = Buffer.byteLength(name) < 63 ? `g${name}` : 'group'
  const manifest = parseManifest(
    Object.fromEntries([
      [
        name,
        {
          iam: [arn],
          memberOf: [group],
          grants: [
            { schema: name, tables: '*', privileges: 'readwrite' },
            { schema: name, tables: [name], columns: [name], privileges: ['REFERENCES'] },
          ],
        },
      ],
      [group, { login: false }],
    ]),
  )
  // One transaction around everything, so that nothing is left for the next name.
  await master.query('BEGIN')
  try {
    const before = await roleNames()
    const quoted = identifier(name)
    await master.query(`CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.${quoted} (${quoted} serial)`)
    const inside = { ...rds, transactionalDdl: false }
    await applyRoles(master, await planRoles(master, manifest, inside), inside)
    expect((await roleNames()).filter((role) => !before.includes(role)).sort()).toEqual([name, group].sort())
    const { rows } = await master.query(
      `select pg_has_role(r.oid, 'rds_iam', 'USAGE') as iam, pg_has_role(r.oid, $2, 'USAGE') as member,
              has_schema_privilege(r.oid, n.oid, 'USAGE') as schema, has_table_privilege(r.oid, c.oid, 'DELETE') as "table",
              has_column_privilege(r.oid, c.oid, $1, 'REFERENCES') as "column",
              rolsuper as super, rolcreaterole as creates
       from pg_roles r, pg_namespace n join pg_class c on c.relnamespace = n.oid
       where r.rolname = $1 and n.nspname = $1 and c.relname = $1`,
      [name, group],
    )
    expect(rows).toEqual([
      { iam: true, member: true, schema: true, table: true, column: true, super: false, creates: false },
    ])
  } finally {
    await master.query('ROLLBACK')
  }
}

async function roleNames(): Promise<string[]> {
  const { rows } = await server.master.query<{ rolname: string }>('select rolname from pg_roles')
  return rows.map(({ rolname }) => rolname)
}

test('a summary shows an odd name in quotes, so that it cannot paint the terminal', async () => {
  const { statements } = await planRoles(server.master, { '\u001b[2Jx': {} }, rds)
  expect(statements[0]?.summary).toBe('create login role "\\u001b[2Jx"')
})
