import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyRoles } from '../../src/roles/apply.ts'
import type { RoleManifest } from '../../src/roles/manifest.ts'
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
    { numRuns: 40 },
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

/** Declares the name wherever a name can stand, applies, compares the catalogs with the name itself, and lets it go. */
async function roundTrip(name: string): Promise<void> {
  const { master } = server
  const group = Buffer.byteLength(name) < 63 ? `g${name}` : 'group'
  const all = { schema: name, tables: '*', functions: '*', privileges: 'readwrite', future: true }
  const limited = { schema: name, tables: [name], columns: [name], privileges: ['REFERENCES'] }
  const takeExecute = { schema: name, functions: [`${name}(int, text)`], privileges: ['EXECUTE'] }
  const declared = { iam: [arn], memberOf: [group], grants: [all, limited, takeExecute] }
  const manifest = parseManifest(
    Object.fromEntries([
      [name, declared],
      [group, { login: false }],
    ]),
  )
  const leaving = parseManifest(Object.fromEntries([name, group].map((role) => [role, { absent: true }])))
  // One transaction around everything, so that nothing is left for the next name.
  await master.query('BEGIN')
  try {
    const before = await roleNames()
    const quoted = identifier(name)
    await master.query(`
      CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.${quoted} (${quoted} serial);
      CREATE FUNCTION ${quoted}.${quoted}(${quoted} int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
      REVOKE EXECUTE ON FUNCTION ${quoted}.${quoted} FROM PUBLIC`)
    await bring(manifest)
    expect((await roleNames()).filter((role) => !before.includes(role)).sort()).toEqual([name, group].sort())
    await master.query(`CREATE TABLE ${quoted}."later 'one'" ()`)
    const { rows } = await master.query(
      `select pg_has_role(r.oid, 'rds_iam', 'USAGE') as iam, pg_has_role(r.oid, $2, 'USAGE') as member,
              has_schema_privilege(r.oid, n.oid, 'USAGE') as schema, has_table_privilege(r.oid, c.oid, 'DELETE') as "table",
              has_column_privilege(r.oid, c.oid, $1, 'REFERENCES') as "column",
              has_function_privilege(r.oid, p.oid, 'EXECUTE') as function,
              (select has_table_privilege(r.oid, l.oid, 'DELETE') from pg_class l
               where l.relnamespace = n.oid and l.relname = $3) as later,
              rolsuper as super, rolcreaterole as creates
       from pg_roles r, pg_namespace n join pg_class c on c.relnamespace = n.oid join pg_proc p on p.pronamespace = n.oid
       where r.rolname = $1 and n.nspname = $1 and c.relname = $1 and p.proname = $1`,
      [name, group, "later 'one'"],
    )
    expect(rows).toEqual([{ ...everything, super: false, creates: false }])
    await bring(leaving)
    expect(await roleNames()).toEqual(before)
  } finally {
    await master.query('ROLLBACK')
  }
}

const everything = { iam: true, member: true, schema: true, table: true, column: true, function: true, later: true }

async function bring(manifest: RoleManifest): Promise<void> {
  const inside = { ...rds, transactionalDdl: false }
  await applyRoles(server.master, await planRoles(server.master, manifest, inside), inside)
}

async function roleNames(): Promise<string[]> {
  const { rows } = await server.master.query<{ rolname: string }>('select rolname from pg_roles order by rolname')
  return rows.map(({ rolname }) => rolname)
}

test('every keyword of PostgreSQL is a name like another, but for those that it keeps for itself', async () => {
  const { master, superuser } = server
  const { rows } = await superuser.query<{ word: string }>('select word from pg_get_keywords()')
  const words = rows.map(({ word }) => word)
  const refused = words.filter((word) => !acceptable(word))
  expect(refused).toEqual(['none'])
  const names = words.filter((word) => acceptable(word))
  await master.query('BEGIN')
  try {
    await master.query('CREATE SCHEMA words')
    await master.query(names.map((name) => `CREATE TABLE words.${identifier(name)} ()`).join(';'))
    const grant = (name: string) => ({ schema: 'words', tables: [name], privileges: ['SELECT'] })
    await bring(parseManifest(Object.fromEntries(names.map((name) => [name, { grants: [grant(name)] }]))))
    const held = await namesOf(
      `select r.rolname as name from pg_roles r join pg_class c on c.relname = r.rolname
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'words' and has_table_privilege(r.oid, c.oid, 'SELECT') and has_schema_privilege(r.oid, n.oid, 'USAGE')`,
    )
    expect(held.sort()).toEqual([...names].sort())
  } finally {
    await master.query('ROLLBACK')
  }
}, 60_000)

async function namesOf(sql: string): Promise<string[]> {
  return (await server.master.query<{ name: string }>(sql)).rows.map(({ name }) => name)
}

test('a summary shows an odd name in quotes, so that it cannot paint the terminal', async () => {
  const { statements } = await planRoles(server.master, { '\u001b[2Jx': {} }, rds)
  expect(statements[0]?.summary).toBe('create login role "\\u001b[2Jx"')
})
