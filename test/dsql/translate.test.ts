import { describe, expect, test } from 'vitest'
import { planDsql } from '../../src/dsql/plan.ts'
import { planned, refused } from './planned.ts'

test.each([
  ['enum', "CREATE TYPE a AS ENUM ('b')"],
  ['enum', "ALTER TYPE a ADD VALUE 'c'"],
  ['enum', 'ALTER TYPE a RENAME TO b'],
  ['enum', 'DROP TYPE IF EXISTS a'],
  ['type', 'CREATE TYPE a AS (b int)'],
  ['extension', 'CREATE EXTENSION IF NOT EXISTS "pgcrypto"'],
  ['trigger', 'CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()'],
  ['rowSecurity', 'CREATE POLICY p ON a'],
  ['rowSecurity', 'ALTER TABLE a ENABLE ROW LEVEL SECURITY'],
  ['block', 'DO $$ BEGIN NULL; END $$'],
  ['truncate', 'TRUNCATE a'],
  ['language', 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$'],
  ['procedure', 'CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$'],
  ['statement', 'MERGE INTO a USING b ON a.c = b.c WHEN MATCHED THEN DELETE'],
  ['statement', 'LISTEN a'],
  ['statement', 'SELECT * FROM a TABLESAMPLE SYSTEM (1)'],
  ['locking', 'SELECT * FROM a FOR SHARE'],
  ['systemSchema', 'GRANT USAGE ON SCHEMA public TO app'],
  ['grantObject', 'GRANT CONNECT ON DATABASE postgres TO app'],
  ['settingRefused', 'SET default_transaction_isolation = serializable'],
  ['settingRefused', 'SET TRANSACTION READ ONLY'],
  ['unreadable', "SELECT 'a"],
  ['unreadable', 'SELECT 1;\0'],
])('%s refuses %s', async (rule, sql) => {
  expect(await refused(sql)).toEqual([rule])
})

test.each([
  'CREATE SCHEMA shop',
  'CREATE OR REPLACE VIEW v AS SELECT 1',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  "CREATE DOMAIN d AS text CHECK (VALUE <> '')",
  'DROP TABLE a, b',
  'DROP INDEX i',
  "COMMENT ON TABLE a IS 'b'",
  'GRANT SELECT ON ALL TABLES IN SCHEMA shop TO app',
  'CREATE ROLE app WITH LOGIN',
])('%s is a schema change as it is', async (sql) => {
  expect(await planned(sql)).toEqual([`schema: ${sql}`])
})

test('what may be refused is sent, with a notice: only what was seen to be refused stops a deploy', async () => {
  expect(
    await planned('SELECT pg_advisory_lock(1); ALTER INDEX a RENAME TO b; CREATE TABLE t (a text COLLATE "de_DE")'),
  ).toEqual([
    'rows: SELECT pg_advisory_lock(1)',
    'schema: ALTER INDEX a RENAME TO b',
    'schema: CREATE TABLE t (a text COLLATE "de_DE")',
    '! function',
    '! indexName',
    '! collation',
  ])
})

test('what no parser knows is sent as it is: a newer server may', async () => {
  expect(await planned('CREATE INDEX ASYNC SOMEHOW i ON a (b) NEWLY; SELECT 1')).toEqual([
    'schema: CREATE INDEX ASYNC SOMEHOW i ON a (b) NEWLY',
    'rows: SELECT 1',
    '! unparsed',
  ])
})

test('settings: kept, left out where there is nothing to set, or sent with a notice', async () => {
  expect(
    await planned(
      "SET search_path = a; SET lock_timeout = '5s'; SET LOCAL Statement_Timeout = 0; SET x.y = 1; RESET ALL",
    ),
  ).toEqual([
    'session: SET search_path = a',
    'session: SET x.y = 1',
    'session: RESET ALL',
    '! setting',
    '! setting',
    '! settingUnknown',
  ])
})

test('VACUUM is left out, ANALYZE stays, DROP INDEX loses CONCURRENTLY', async () => {
  expect(await planned('VACUUM a; ANALYZE a; DROP INDEX CONCURRENTLY IF EXISTS i')).toEqual([
    'bare: ANALYZE a',
    'schema: DROP INDEX IF EXISTS i',
    '! maintenance',
  ])
})

describe('a schema change names what it touches', () => {
  test.each([
    ['CREATE VIEW s.v AS SELECT 1', [{ kind: 'relation', schema: 's', name: 'v' }]],
    [
      'DROP TABLE a, "S"."B"',
      [
        { kind: 'relation', name: 'a' },
        { kind: 'relation', schema: 'S', name: 'B' },
      ],
    ],
    ['DROP FUNCTION s.f(int)', [{ kind: 'routine', schema: 's', name: 'f' }]],
    ['DROP SCHEMA s CASCADE', [{ kind: 'schema', name: 's' }]],
    ['DROP DOMAIN d', [{ kind: 'type', name: 'd' }]],
    [
      'ALTER TABLE a RENAME TO b',
      [
        { kind: 'relation', name: 'a' },
        { kind: 'relation', name: 'b' },
      ],
    ],
    ['ALTER TABLE s.a RENAME COLUMN b TO c', [{ kind: 'relation', schema: 's', name: 'a' }]],
    [
      'ALTER TABLE a SET SCHEMA s',
      [
        { kind: 'relation', name: 'a' },
        { kind: 'relation', schema: 's', name: 'a' },
      ],
    ],
    ["COMMENT ON COLUMN s.a.b IS 'c'", [{ kind: 'relation', schema: 's', name: 'a' }]],
    [
      'GRANT SELECT ON s.a, b TO c',
      [
        { kind: 'relation', schema: 's', name: 'a' },
        { kind: 'relation', name: 'b' },
      ],
    ],
    ['GRANT USAGE ON SCHEMA s TO c', [{ kind: 'schema', name: 's' }]],
    ['CREATE SEQUENCE s.q CACHE 1', [{ kind: 'relation', schema: 's', name: 'q' }]],
    ['CREATE ROLE a', []],
  ])('%s', async (sql, touches) => {
    expect((await planDsql(sql)).steps).toMatchObject([{ kind: 'schema', touches }])
  })
})

test('2,000 statements are planned within a second', async () => {
  const table = (n: number) => `CREATE TABLE "t${n}" ("id" UUID NOT NULL DEFAULT gen_random_uuid(), "ö" TEXT NOT NULL);
CREATE UNIQUE INDEX "t${n}_ö_key" ON "t${n}"("ö" DESC);
ALTER TABLE "t${n}" ADD COLUMN "c" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "t${n}" ADD CONSTRAINT "t${n}_fkey" FOREIGN KEY ("id") REFERENCES "t0"("id") ON DELETE CASCADE ON UPDATE CASCADE;\n`
  const script = Array.from({ length: 500 }, (_, n) => table(n)).join('')
  await planDsql(script)
  // By the processor's time, since a busy machine has others to serve.
  const before = process.cpuUsage()
  const { steps } = await planDsql(script)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(1000)
  expect(steps).toHaveLength(500 * 9)
})
