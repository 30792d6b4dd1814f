import { beforeAll, describe, expect, it } from 'vitest'
import { classify } from '../../../src/emulator/dsql/classify.ts'
import { loadParser } from '../../../src/emulator/dsql/parser.ts'
import { split } from '../../../src/emulator/statements/split.ts'

beforeAll(() => loadParser())

function judge(sql: string): string {
  const [piece] = split(sql)
  if (!piece) return 'nothing'
  const statement = classify(piece, 'admin')
  if (statement.kind === 'refused') return `${statement.refusal.code} ${statement.refusal.message}`
  return statement.kind === 'plain' ? statement.effect : `${statement.tag}: ${statement.sql}`
}

describe('a statement that DSQL accepts', () => {
  it.each([
    ['begin', 'BEGIN', 'START TRANSACTION READ ONLY', 'BEGIN ISOLATION LEVEL REPEATABLE READ'],
    ['end', 'COMMIT', 'END', 'ROLLBACK', 'ABORT'],
    ['chain', 'COMMIT AND CHAIN', 'ROLLBACK AND CHAIN'],
    ['dml', 'INSERT INTO t VALUES (1)', 'UPDATE t SET a = 1', 'DELETE FROM t', 'COPY t FROM STDIN'],
    ['dml', 'WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x', 'EXPLAIN ANALYZE DELETE FROM t'],
    [
      'none',
      'SELECT 1',
      'VALUES (1)',
      'TABLE t',
      'EXPLAIN DELETE FROM t',
      'COPY t TO STDOUT',
      'SHOW timezone',
      'ANALYZE t',
    ],
    ['none', 'SELECT * FROM t FOR UPDATE', 'SELECT * FROM t FOR KEY SHARE', "CALL sys.wait_for_job('x')"],
    ['none', 'SET search_path = app', 'SET LOCAL TimeZone = x', "SET NAMES 'UTF8'", 'RESET ALL', 'RESET search_path'],
    ['none', 'SET CONSTRAINTS ALL DEFERRED', 'DEALLOCATE ALL', "SELECT set_config('search_path', 'a', false)"],
    ['ddl', 'CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n numeric(9, 2), j jsonb, d timestamptz)'],
    ['ddl', 'CREATE TABLE IF NOT EXISTS t (a varchar(3), b own.money, c char, d double precision REFERENCES x (id))'],
    ['ddl', 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 65536))', 'CREATE SEQUENCE s CACHE 1'],
    ['ddl', 'CREATE VIEW v AS SELECT 1', 'CREATE SCHEMA s', 'CREATE DOMAIN d AS text', 'CREATE ROLE r', 'DROP TABLE t'],
    ['ddl', "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "COMMENT ON TABLE t IS 'x'", 'DROP DOMAIN d'],
    ['ddl', 'ALTER TABLE t ADD COLUMN a text', 'ALTER TABLE t DROP COLUMN a', 'ALTER TABLE t RENAME COLUMN a TO b'],
    [
      'ddl',
      'ALTER TABLE t ALTER a SET DEFAULT 1',
      'ALTER TABLE t ALTER a DROP NOT NULL',
      'ALTER TABLE t DROP CONSTRAINT c',
    ],
    [
      'ddl',
      'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
      'ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i',
    ],
    [
      'ddl',
      'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b (id) NOT VALID',
      'ALTER TABLE async RENAME TO b',
    ],
    ['ddl', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO r', 'GRANT USAGE ON SCHEMA own TO r', 'GRANT a TO b'],
    ['ddl', 'ALTER DEFAULT PRIVILEGES IN SCHEMA own GRANT SELECT ON TABLES TO r', 'REVOKE SELECT ON t FROM r'],
  ])('is %s: %s', (effect, ...statements) => {
    for (const sql of statements.filter(Boolean)) expect(judge(sql), sql).toBe(effect)
  })
})

describe('a statement that only DSQL has becomes', () => {
  it.each([
    [
      'create unique index async i on "t""x" (a)',
      `CREATE INDEX: SELECT sys.run_job('INDEX_BUILD', 'create unique index       i on "t""x" (a)', 'create        index       i on "t""x" (a)') AS job_id`,
    ],
    ['CREATE INDEX ASYNC s.i ON t (a)', 'CREATE INDEX: CREATE INDEX       s.i ON t (a)'],
    [
      String.raw`CREATE INDEX ASYNC ON t (a) WHERE b = 'it''s\'`,
      String.raw`CREATE INDEX: SELECT sys.run_job('INDEX_BUILD', E'CREATE INDEX       ON t (a) WHERE b = ''it''''s\\''') AS job_id`,
    ],
    [
      'ALTER TABLE ASYNC t VALIDATE CONSTRAINT c',
      `ALTER TABLE: SELECT sys.run_job('VALIDATE_CONSTRAINT', 'ALTER TABLE       t VALIDATE CONSTRAINT c') AS job_id`,
    ],
    [
      `AWS IAM GRANT "O'App" TO 'arn:aws:iam::123456789012:role/it''s'`,
      `AWS IAM GRANT: CALL sys.aws_iam_grant('O''App', 'arn:aws:iam::123456789012:role/it''s')`,
    ],
    ["AWS IAM REVOKE App FROM 'x'", "AWS IAM REVOKE: CALL sys.aws_iam_revoke('app', 'x')"],
  ])('%s', (sql, expected) => {
    expect(judge(sql)).toBe(expected)
  })
})

describe('a statement that DSQL refuses: 0A000', () => {
  it.each([
    ['unsupported statement: Truncate', 'TRUNCATE TABLE t'],
    ['unsupported statement: CreateExtension', 'CREATE EXTENSION IF NOT EXISTS pgcrypto'],
    ['unsupported statement: Createdb', 'CREATE DATABASE d'],
    [
      'unsupported statement: CreateTableAs',
      'CREATE MATERIALIZED VIEW m AS SELECT 1',
      'CREATE TABLE t AS SELECT 1',
      'SELECT 1 INTO t',
    ],
    ['unsupported statement: CompositeType', 'CREATE TYPE p AS (a int)'],
    ['unsupported statement: CreateRange', 'CREATE TYPE r AS RANGE (subtype = int4)'],
    ['unsupported statement: CreateTableSpace', "CREATE TABLESPACE t LOCATION '/x'"],
    ['unsupported statement: CreateForeignTable', 'CREATE FOREIGN TABLE f (a int) SERVER s'],
    ['unsupported statement: Listen', 'LISTEN c'],
    ['unsupported statement: Notify', 'NOTIFY c'],
    ['unsupported statement: Unlisten', 'UNLISTEN c'],
    ['unsupported statement: AlterSystem', "ALTER SYSTEM SET work_mem = '4MB'"],
    ['unsupported statement: Do', 'DO $$ BEGIN END $$'],
    ['unsupported statement: Lock', 'LOCK TABLE t'],
    ['unsupported statement: CreatePolicy', 'CREATE POLICY p ON t'],
    ['unsupported statement: Deallocate', 'DEALLOCATE s'],
    ['unsupported statement type: MERGE', 'MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE'],
    ['unsupported VACUUM statement', 'VACUUM t'],
    ['CREATE TYPE not supported', "CREATE TYPE e AS ENUM ('a')"],
    ['ALTER TYPE not supported', "ALTER TYPE e ADD VALUE 'b'"],
    ['unsupported object in RENAME statement', 'ALTER TYPE e RENAME TO f'],
    ['unsupported object in DROP statement', 'DROP TYPE IF EXISTS e'],
    ['CREATE TRIGGER not supported', 'CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()'],
    ['PROCEDURE is not supported', "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'"],
    ['CREATE FUNCTION with language plpgsql not supported', "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'x'"],
    ['TABLESAMPLE clause not supported', 'SELECT 1 FROM t TABLESAMPLE SYSTEM (1)'],
    ['TEMPORARY or TEMP table not supported for CREATE TABLE', 'CREATE TEMP TABLE t (a int)'],
    ['UNLOGGED table not supported for CREATE TABLE', 'CREATE UNLOGGED TABLE t (a int)'],
    ['PARTITION BY clause not supported for CREATE TABLE', 'CREATE TABLE t (a int) PARTITION BY LIST (a)'],
    ['datatype text[] not supported', 'CREATE TABLE t (a text[])', 'ALTER TABLE t ADD COLUMN a text[]'],
    ['datatype integer[] not supported', 'CREATE TABLE t (a int[])'],
    ['datatype money not supported', 'CREATE TABLE t (a money)', 'ALTER TABLE t ADD COLUMN a money NOT NULL'],
    ['datatype bit not supported', 'CREATE TABLE t (a bit(8))'],
    ['datatype bit varying not supported', 'CREATE TABLE t (a varbit(8))'],
    [
      'datatype integer not supported, identity column type must be bigint',
      'CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)',
    ],
    [
      'identity column is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1',
      'CREATE TABLE t (a bigint GENERATED ALWAYS AS IDENTITY)',
      'CREATE TABLE t (a bigint GENERATED ALWAYS AS IDENTITY (CACHE 100))',
    ],
    [
      'CREATE SEQUENCE is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1',
      'CREATE SEQUENCE s',
    ],
    [
      'ALTER TABLE ADD COLUMN with constraint not supported',
      'ALTER TABLE t ADD a int NOT NULL DEFAULT 0',
      'ALTER TABLE t ADD a int UNIQUE',
    ],
    [
      'unsupported ALTER TABLE ADD CONSTRAINT statement',
      'ALTER TABLE t ADD PRIMARY KEY (a)',
      'ALTER TABLE t ADD UNIQUE (a)',
    ],
    [
      'unsupported ALTER TABLE ADD CONSTRAINT statement',
      'ALTER TABLE t ADD CHECK (a > 0)',
      'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES b',
    ],
    [
      'unsupported ALTER TABLE VALIDATE CONSTRAINT statement',
      'ALTER TABLE t VALIDATE CONSTRAINT c',
      'ALTER TABLE async VALIDATE CONSTRAINT c',
    ],
    ['unsupported ALTER TABLE ALTER COLUMN ... SET DATA TYPE statement', 'ALTER TABLE t ALTER a TYPE bigint'],
    ['unsupported ALTER TABLE ALTER COLUMN ... SET NOT NULL statement', 'ALTER TABLE t ALTER a SET NOT NULL'],
    ['unsupported ALTER TABLE ENABLE ROW SECURITY statement', 'ALTER TABLE t ENABLE ROW LEVEL SECURITY'],
    [
      'unsupported mode. please use CREATE INDEX ASYNC.',
      'CREATE INDEX ON t (a)',
      'CREATE UNIQUE INDEX i ON t (a)',
      'CREATE INDEX "async" ON t (a)',
    ],
    [
      'CONCURRENTLY not supported for CREATE INDEX',
      'CREATE INDEX CONCURRENTLY i ON t (a)',
      'CREATE INDEX ASYNC CONCURRENTLY i ON t (a)',
    ],
    ['USING not supported for CREATE INDEX', 'CREATE INDEX ASYNC i ON t USING btree (a)'],
    [
      'specifying sort order not supported for index keys',
      'CREATE INDEX ASYNC i ON t (a DESC)',
      'CREATE INDEX ASYNC i ON t (a NULLS FIRST)',
    ],
    ['opclass not supported for index keys', 'CREATE INDEX ASYNC i ON t (a text_pattern_ops)'],
    ['unsupported transaction statement: SAVEPOINT', 'SAVEPOINT s'],
    ['unsupported transaction statement: RELEASE', 'RELEASE s'],
    ['unsupported transaction statement: ROLLBACK TO', 'ROLLBACK TO s'],
    [
      'Unsupported isolation level: SERIALIZABLE',
      'BEGIN ISOLATION LEVEL SERIALIZABLE',
      'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    ],
    [
      'setting configuration parameter "TRANSACTION" not supported',
      'SET TRANSACTION READ ONLY',
      'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    ],
    [
      'setting configuration parameter "statement_timeout" not supported',
      'SET statement_timeout = 1',
      "SELECT set_config('statement_timeout', '1', true)",
    ],
    ['setting configuration parameter "role" not supported', 'SET ROLE r'],
    [
      'locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported',
      'SELECT 1 FROM t FOR SHARE',
      'SELECT (SELECT a FROM t FOR NO KEY UPDATE)',
    ],
    [
      'function pg_advisory_lock not supported',
      'SELECT pg_advisory_lock(1)',
      'SELECT pg_catalog.pg_advisory_lock(1, 2)',
    ],
    [
      'feature not supported on system entity',
      'GRANT USAGE ON SCHEMA own, public TO r',
      'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    ],
    ['unsupported object type in GRANT', 'GRANT CONNECT ON DATABASE postgres TO r'],
  ])('%s', (message, ...statements) => {
    for (const sql of statements) expect(judge(sql), sql).toBe(`0A000 ${message}`)
  })

  it('a serial column has a type that does not exist', () => {
    expect(judge('CREATE TABLE t (a serial)')).toBe('42704 type "serial" does not exist')
    expect(judge('ALTER TABLE t ADD a bigserial')).toBe('42704 type "bigserial" does not exist')
  })
})
