import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSession } from '../../src/engine/session.ts'
import { fingerprint } from '../../src/steps/fingerprint.ts'
import type { StepSession } from '../../src/steps/session.ts'
import type { Touched } from '../../src/steps/step.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres
let client: pg.Client
let session: StepSession

beforeAll(async () => {
  server = await testPostgres()
  client = await server.connect()
  session = openSession(client)
  await client.query(`
    CREATE TABLE a (id int PRIMARY KEY, n int DEFAULT 1, t varchar(5), CONSTRAINT own FOREIGN KEY (id) REFERENCES a);
    ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;
    CREATE VIEW v AS SELECT 1 AS one; CREATE SEQUENCE s; CREATE ROLE small; CREATE SCHEMA other;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE DOMAIN d AS int;
    ALTER TABLE a ADD CONSTRAINT late FOREIGN KEY (id) REFERENCES a DEFERRABLE;
    ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT INSERT ON TABLES TO small;
    CREATE SCHEMA sys; CREATE TABLE sys.iam_pg_role_mappings (arn text, pg_role_oid oid);
    ALTER DOMAIN d ADD CONSTRAINT small CHECK (VALUE < 9) NOT VALID`)
})
afterAll(async () => {
  await server.stop()
})

const relation = (name: string, schema?: string): Touched => ({
  kind: 'relation',
  name,
  ...(schema === undefined ? {} : { schema }),
})

test.each<[string, Touched]>([
  ['CREATE TABLE b ()', relation('b')],
  ['CREATE TABLE other.b ()', relation('b', 'other')],
  ['DROP TABLE a', relation('a')],
  ['ALTER TABLE a RENAME TO c', relation('a')],
  ['ALTER TABLE a ADD m int', relation('a')],
  ['ALTER TABLE a DROP n', relation('a')],
  ['ALTER TABLE a RENAME n TO m', relation('a')],
  ['ALTER TABLE a ALTER n SET DEFAULT 2', relation('a')],
  ['ALTER TABLE a ALTER n DROP DEFAULT', relation('a')],
  ['ALTER TABLE a ALTER n SET NOT NULL', relation('a')],
  ['ALTER TABLE a ALTER n TYPE bigint', relation('a')],
  ['ALTER TABLE a ALTER id ADD GENERATED ALWAYS AS IDENTITY', relation('a')],
  ['ALTER TABLE a ADD CHECK (n < 9)', relation('a')],
  ['ALTER TABLE a ADD FOREIGN KEY (n) REFERENCES a NOT VALID', relation('a')],
  ['ALTER TABLE a VALIDATE CONSTRAINT positive', relation('a')],
  ['ALTER TABLE a RENAME CONSTRAINT positive TO negative', relation('a')],
  ['ALTER TABLE a OWNER TO small', relation('a')],
  ['ALTER TABLE a SET SCHEMA other', relation('a')],
  ['CREATE INDEX i ON a (n)', relation('a')],
  ['CREATE INDEX i ON a (n)', relation('i')],
  ['ALTER INDEX a_pkey RENAME TO p', relation('a')],
  ['GRANT SELECT ON a TO small', relation('a')],
  ['GRANT UPDATE (n) ON a TO small', relation('a')],
  ['ALTER TABLE a SET (fillfactor = 50)', relation('a')],
  ['ALTER TABLE a REPLICA IDENTITY FULL', relation('a')],
  ['ALTER TABLE a ENABLE ROW LEVEL SECURITY', relation('a')],
  ['ALTER TABLE a ALTER t SET STORAGE PLAIN', relation('a')],
  ['ALTER TABLE a ALTER t TYPE varchar(9)', relation('a')],
  ['ALTER TABLE a ALTER t TYPE varchar(5) COLLATE "C"', relation('a')],
  ['ALTER TABLE a ALTER CONSTRAINT own DEFERRABLE', relation('a')],
  ['ALTER TABLE a ALTER CONSTRAINT late DEFERRABLE INITIALLY DEFERRED', relation('a')],
  ['ALTER INDEX a_pkey SET (fillfactor = 50)', relation('a')],
  ["COMMENT ON TABLE a IS 'x'", relation('a')],
  ["COMMENT ON COLUMN a.n IS 'x'", relation('a')],
  ['CREATE OR REPLACE VIEW v AS SELECT 2 AS one', relation('v')],
  ['ALTER SEQUENCE s CACHE 9', relation('s')],
  ...['AS int', 'START 2', 'INCREMENT 2', 'MAXVALUE 9', 'MINVALUE -9', 'CYCLE'].map((change): [string, Touched] => [
    `ALTER SEQUENCE s ${change}`,
    relation('s'),
  ]),
  ...['OWNER TO small', 'IMMUTABLE', 'STRICT', 'SECURITY DEFINER', 'SET work_mem = 64', 'SET SCHEMA other'].map(
    (change): [string, Touched] => [`ALTER FUNCTION f ${change}`, { kind: 'routine', name: 'f' }],
  ),
  ['REVOKE ALL ON FUNCTION f FROM PUBLIC', { kind: 'routine', name: 'f' }],
  ['CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 2; END', { kind: 'routine', name: 'f' }],
  ...[
    'OWNER TO small',
    'SET NOT NULL',
    'SET SCHEMA other',
    'VALIDATE CONSTRAINT small',
    'RENAME CONSTRAINT small TO big',
  ].map((change): [string, Touched] => [`ALTER DOMAIN d ${change}`, { kind: 'type', name: 'd' }]),
  ['GRANT USAGE ON DOMAIN d TO small', { kind: 'type', name: 'd' }],
  ['ALTER SCHEMA other OWNER TO small', { kind: 'schema', name: 'other' }],
  ["CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'", { kind: 'routine', name: 'f' }],
  ['DROP FUNCTION f()', { kind: 'routine', name: 'f' }],
  ['ALTER DOMAIN d ADD CHECK (VALUE > 0)', { kind: 'type', name: 'd' }],
  ['ALTER DOMAIN d SET DEFAULT 1', { kind: 'type', name: 'd' }],
  ['CREATE SCHEMA fresh', { kind: 'schema', name: 'fresh' }],
  ['GRANT USAGE ON SCHEMA other TO small', { kind: 'schema', name: 'other' }],
])('shows that it took effect: %s', async (sql, touched) => {
  const before = await fingerprint([touched], session)
  await client.query('BEGIN')
  await client.query(sql)
  const after = await fingerprint([touched], session)
  await client.query('ROLLBACK')
  expect(after).not.toBe(before)
  expect(await fingerprint([touched], session)).toBe(before)
})

test.each([
  ['CREATE ROLE other', 'DROP ROLE other'],
  ['GRANT pg_monitor TO small', 'REVOKE pg_monitor FROM small'],
  ['ALTER ROLE small LOGIN', 'ALTER ROLE small NOLOGIN'],
  ["INSERT INTO sys.iam_pg_role_mappings VALUES ('arn:1', 1)", 'DELETE FROM sys.iam_pg_role_mappings'],
  ['ALTER ROLE small RENAME TO tiny', 'ALTER ROLE tiny RENAME TO small'],
  ['ALTER ROLE small CONNECTION LIMIT 5', 'ALTER ROLE small CONNECTION LIMIT -1'],
  [
    'ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO small',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA other REVOKE SELECT ON TABLES FROM small',
  ],
])('without an object to look at, shows what befell the roles: %s', async (sql, back) => {
  const before = await fingerprint([], session)
  await client.query(sql)
  expect(await fingerprint([], session)).not.toBe(before)
  await client.query(back)
  expect(await fingerprint([], session)).toBe(before)
})

test.each(['ANALYZE a', 'INSERT INTO a VALUES (1)', 'CREATE TABLE z ()', "SELECT nextval('s')", 'VACUUM a'])(
  'does not take for a change of what is defined: %s',
  async (sql) => {
    const touched = [relation('a'), relation('s')]
    const before = await fingerprint(touched, session)
    await client.query(sql)
    expect(await fingerprint(touched, session)).toBe(before)
  },
)

test('a catalog that the server does not have is left out', async () => {
  const poor: StepSession = {
    script: session.script,
    query: async (sql, values) => {
      if (sql.includes('pg_sequence')) throw Object.assign(new Error('no'), { code: '42P01', severity: 'ERROR' })
      return await session.query(sql, values)
    },
  }
  expect(await fingerprint([relation('a')], poor)).toBe(await fingerprint([relation('a')], session))
})
