import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Alike, alikeThings } from '../../../src/roles/report/alike.ts'
import { effectiveAccess } from '../../../src/roles/report/effective.ts'
import { readSurvey, type Survey } from '../../../src/roles/survey.ts'
import { rds, type TestRds, testRds } from '../rds.ts'

let server: TestRds

beforeAll(async () => {
  server = await testRds()
  await server.superuser.query(`
    CREATE ROLE owner; CREATE ROLE a; CREATE ROLE b; CREATE ROLE c; CREATE ROLE d NOINHERIT; CREATE ROLE e SUPERUSER;
    GRANT ALL ON DATABASE postgres TO owner;
    SET ROLE owner;
    CREATE SCHEMA shop;
    CREATE TABLE shop.one (id int, secret text); CREATE TABLE shop.two (id int, secret text);
    CREATE VIEW shop.three AS SELECT 1 AS id, 'x' AS secret;
    CREATE SEQUENCE shop.numbers;
    CREATE FUNCTION shop.run(int, text[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE PROCEDURE shop.act() LANGUAGE sql AS 'SELECT 1';
    RESET ROLE`)
})
afterAll(() => server.postgres.stop())

const roles = ['owner', 'a', 'b', 'c', 'd', 'e', 'postgres', 'master'] as const
const grantees = ['a', 'b', 'c', 'd', 'PUBLIC'] as const
const grant = fc.oneof(
  fc.record({
    on: fc.constantFrom('TABLE shop.one', 'TABLE shop.two', 'TABLE shop.three'),
    what: fc.constantFrom('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'SELECT (secret)', 'UPDATE (id)', 'ALL'),
  }),
  fc.record({ on: fc.constant('SCHEMA shop'), what: fc.constantFrom('USAGE', 'CREATE') }),
  fc.record({ on: fc.constant('SEQUENCE shop.numbers'), what: fc.constantFrom('USAGE', 'SELECT', 'UPDATE') }),
  fc.record({ on: fc.constant('DATABASE postgres'), what: fc.constantFrom('CREATE', 'TEMPORARY') }),
  fc.record({
    on: fc.constantFrom('FUNCTION shop.run(int, text[])', 'PROCEDURE shop.act()'),
    what: fc.constant('EXECUTE'),
  }),
)
const world = fc.record({
  grants: fc.array(fc.tuple(grant, fc.constantFrom(...grantees), fc.constantFrom('GRANT', 'GRANT', 'REVOKE'))),
  members: fc.uniqueArray(
    fc.constantFrom('a b', 'a c', 'b c', 'c d', 'd a', 'b owner', 'd pg_read_all_data', 'c pg_write_all_data', 'a e'),
  ),
  owner: fc.constantFrom('owner', 'c', 'postgres'),
})

const functions = {
  table: 'has_table_privilege',
  schema: 'has_schema_privilege',
  sequence: 'has_sequence_privilege',
  database: 'has_database_privilege',
  function: 'has_function_privilege',
  procedure: 'has_function_privilege',
}
const privilegesOf = {
  table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
  schema: ['USAGE', 'CREATE'],
  sequence: ['USAGE', 'SELECT', 'UPDATE'],
  database: ['CREATE', 'CONNECT', 'TEMPORARY'],
  function: ['EXECUTE'],
  procedure: ['EXECUTE'],
}

/** PostgreSQL's own opinion on everything at once, as lines of role, thing, column and privilege. */
async function judged(groups: readonly Alike[]): Promise<string[]> {
  const questions = groups.flatMap(({ things }) =>
    things.flatMap(({ id, kind }) => {
      const oid = id.split(':')[1]
      const ask = (call: string, name: string) => `select '${name}' as line where ${call}`
      return roles.flatMap((role) => [
        ...privilegesOf[kind].map((name) =>
          ask(`${functions[kind]}('${role}', ${oid}::oid, '${name}')`, `${role} ${id} ${name}`),
        ),
        ...(kind === 'table' ? ['id', 'secret'] : []).flatMap((column) =>
          ['SELECT', 'UPDATE'].map((name) =>
            ask(
              `has_column_privilege('${role}', ${oid}::oid, '${column}', '${name}')`,
              `${role} ${id}.${column} ${name}`,
            ),
          ),
        ),
      ])
    }),
  )
  const { rows } = await server.superuser.query<{ line: string }>(questions.join(' union all '))
  return rows.map(({ line }) => line).sort()
}

function computed(survey: Survey, groups: readonly Alike[]): string[] {
  const accessOf = effectiveAccess(survey)
  return groups
    .flatMap((alike) =>
      roles.flatMap((role) => {
        const { privileges, columns } = accessOf(role, alike)
        const whole = Object.keys(privileges).filter((name) => name !== 'MAINTAIN')
        return alike.things.flatMap(({ id, kind }) => [
          ...whole.map((name) => `${role} ${id} ${name}`),
          ...(kind === 'table' ? ['id', 'secret'] : []).flatMap((column) =>
            [...whole, ...Object.keys(columns[column] ?? {})]
              .filter((name) => name === 'SELECT' || name === 'UPDATE')
              .map((name) => `${role} ${id}.${column} ${name}`),
          ),
        ])
      }),
    )
    .sort()
}

test('is what PostgreSQL itself says, whatever was granted, inherited and owned', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ grants, members, owner }) => {
      const { superuser } = server
      await superuser.query('BEGIN')
      try {
        await superuser.query(`ALTER DATABASE postgres OWNER TO ${owner}; ALTER TABLE shop.two OWNER TO ${owner}`)
        for (const edge of members) {
          const [member, role] = edge.split(' ')
          // A circle is refused; what was granted before stays.
          await superuser.query('SAVEPOINT one')
          await superuser.query(`GRANT ${role} TO ${member}`).catch(() => superuser.query('ROLLBACK TO one'))
        }
        for (const [{ on, what }, grantee, verb] of grants) {
          await superuser.query(`${verb} ${what} ON ${on} ${verb === 'GRANT' ? 'TO' : 'FROM'} ${grantee}`)
        }
        const survey = await readSurvey(superuser, {}, rds)
        const groups = alikeThings(survey).filter(
          ({ things: [{ schema, kind }] }) => schema === 'shop' || schema === 'public' || kind === 'database',
        )
        expect(computed(survey, groups)).toEqual(await judged(groups))
      } finally {
        await superuser.query('ROLLBACK')
      }
    }),
    { numRuns: 25 },
  )
})

describe('the way in which it comes', () => {
  test('is told: by a grant, a group, ownership, PUBLIC, superuser, on single columns', async () => {
    await server.superuser.query(`
      BEGIN;
      GRANT SELECT ON shop.one TO a, b, PUBLIC; GRANT b TO a; GRANT UPDATE (secret) ON shop.one TO b; GRANT owner TO c`)
    try {
      const survey = await readSurvey(server.superuser, {}, rds)
      const one = alikeThings(survey).find(({ things }) => things.some(({ name }) => name === 'one')) as Alike
      const accessOf = effectiveAccess(survey)
      expect(accessOf('a', one)).toEqual({
        privileges: { SELECT: [{ way: 'direct' }, { way: 'group', via: 'b' }, { way: 'everybody' }] },
        columns: { secret: { UPDATE: [{ way: 'group', via: 'b' }] } },
        owner: false,
      })
      expect(accessOf(null, one)).toMatchObject({ privileges: { SELECT: [{ way: 'everybody' }] } })
      expect(accessOf('c', one)).toMatchObject({
        owner: true,
        privileges: { SELECT: [{ way: 'owner', via: 'owner' }, { way: 'everybody' }] },
      })
      expect(accessOf('owner', one)).toMatchObject({ owner: true, privileges: { DELETE: [{ way: 'owner' }] } })
      expect(accessOf('e', one).privileges.TRUNCATE).toEqual([{ way: 'superuser' }])
    } finally {
      await server.superuser.query('ROLLBACK')
    }
  })
})
