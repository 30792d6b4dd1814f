import { expect, test } from 'vitest'
import { compareLongHistory } from '../../proof/history.ts'
import { differences, readCatalog } from '../support/catalog.ts'
import { testPostgres } from '../support/postgres.ts'

test('a history with every construct, and many files behind it, leaves what plain psql leaves', async () => {
  const { migrations, compared, ...outcome } = await compareLongHistory(64, 'any')
  expect(outcome).toMatchObject({ failures: {}, differences: [] })
  expect(migrations.length).toBeGreaterThan(100)
  expect(compared).toMatchObject({ function: 29, policy: 4, trigger: 10, rule: 1, publication: 1, collation: 1 })
}, 120_000)

test('the comparison sees what a change leaves in any catalog', async () => {
  const server = await testPostgres()
  const client = await server.connect({ database: await server.createDatabase() })
  await client.query(`
    CREATE SEQUENCE s; CREATE TABLE t (id int, note text CHECK (note <> 'a')); CREATE INDEX i ON t (note); CREATE TYPE e AS ENUM ('a');
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f();
    CREATE VIEW v AS SELECT id FROM t; CREATE DOMAIN d AS int; CREATE ROLE r; CREATE POLICY p ON t USING (true); CREATE MATERIALIZED VIEW m AS SELECT 1 AS one`)
  let before = await readCatalog(client)
  const unseen: string[] = []
  for (const sql of changes) {
    await client.query(sql)
    const after = await readCatalog(client)
    if (differences(before, after).length === 0) unseen.push(sql)
    before = after
  }
  await server.stop()
  expect(unseen).toEqual([])
})

const changes = [
  'INSERT INTO t VALUES (1)',
  "SELECT nextval('s')",
  'ALTER SEQUENCE s OWNED BY t.id',
  'ALTER TABLE t ALTER id SET DEFAULT 2',
  'ALTER TABLE t ALTER id SET NOT NULL',
  'ALTER TABLE t ALTER note TYPE varchar',
  'ALTER TABLE t ADD UNIQUE (note)',
  'ALTER TABLE t RENAME CONSTRAINT t_note_check TO other',
  'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE t DISABLE TRIGGER g',
  'ALTER TABLE t SET (fillfactor = 50)',
  'ALTER TABLE t OWNER TO r',
  'DROP INDEX i',
  'CREATE INDEX i ON t (note DESC)',
  "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
  'ALTER POLICY p ON t USING (false)',
  "ALTER TYPE e ADD VALUE 'b' BEFORE 'a'",
  'ALTER DOMAIN d SET DEFAULT 1',
  'ALTER DOMAIN d ADD CHECK (VALUE > 0)',
  'CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 1',
  'REFRESH MATERIALIZED VIEW m WITH NO DATA',
  'GRANT SELECT ON v TO r',
  'GRANT UPDATE (note) ON t TO r WITH GRANT OPTION',
  'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO r',
  "COMMENT ON COLUMN t.note IS 'x'",
  'CREATE RULE u AS ON UPDATE TO t DO INSTEAD NOTHING',
  'CREATE STATISTICS st ON id, note FROM t',
  'CREATE EXTENSION citext',
  'CREATE SCHEMA other',
  'ALTER ROLE r CREATEDB',
]
