import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fitsTransaction } from '../../src/sql/transaction-fit.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
  const client = await server.connect()
  await client.query(
    'CREATE TABLE a (id int); CREATE INDEX a_id ON a (id); CREATE TABLE p (id int) PARTITION BY LIST (id)',
  )
  await client.query('CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)')
  await client.query('CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$')
})
afterAll(async () => {
  await server.stop()
})

describe('fitsTransaction', () => {
  describe.each([
    'CREATE INDEX CONCURRENTLY b ON a (id)',
    'create unique index concurrently if not exists b on a (id)',
    'DROP INDEX CONCURRENTLY a_id',
    'REINDEX INDEX CONCURRENTLY a_id',
    'REINDEX (CONCURRENTLY) TABLE a',
    'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY',
    'VACUUM a',
    'CLUSTER',
    'CREATE DATABASE x',
    'DROP DATABASE IF EXISTS x',
    'ALTER DATABASE postgres SET TABLESPACE pg_default',
    'DROP TABLESPACE x',
    "ALTER SYSTEM SET work_mem = '4MB'",
    "CREATE SUBSCRIPTION x CONNECTION 'dbname=x' PUBLICATION y",
    'DISCARD ALL',
    'CALL commits()',
    'DO $$ BEGIN COMMIT; END $$',
  ])('%s', (sql) => {
    test('does not fit', async () => {
      expect(await fitsTransaction(`-- comment\n${sql};`)).toMatchObject({ fits: false, line: 2 })
    })

    test('is refused by PostgreSQL inside a transaction', async () => {
      const client = await server.connect()
      await client.query('BEGIN')
      await expect(client.query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^(25001|2D000)$/) })
      await client.query('ROLLBACK')
    })
  })

  test.each([
    'BEGIN; SELECT 1; COMMIT',
    'SELECT 1; SAVEPOINT a',
    'START TRANSACTION; END',
    'ABORT',
    'SET TRANSACTION READ ONLY',
  ])('a script with transaction statements of its own does not fit: %s', async (script) => {
    expect(await fitsTransaction(script)).toMatchObject({ fits: false })
  })

  test.each([
    '',
    'CREATE INDEX concurrent ON a (id)',
    "COMMENT ON TABLE a IS 'CREATE INDEX CONCURRENTLY b ON a (id); COMMIT;'",
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END',
    'CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
    'DO $$ BEGIN PERFORM 1; END $$',
    "ALTER TYPE t ADD VALUE 'x'",
    'SET LOCAL search_path = a; SET CONSTRAINTS ALL DEFERRED',
    "SELECT 'never ends",
  ])('%j fits', async (script) => {
    expect(await fitsTransaction(script)).toEqual({ fits: true })
  })

  test('a call beside other statements fits, because PostgreSQL lets it commit only alone', async () => {
    expect(await fitsTransaction('CALL commits(); SELECT 1')).toEqual({ fits: true })
    const client = await server.connect()
    await expect(client.query('CALL commits(); SELECT 1')).rejects.toMatchObject({ code: '2D000' })
  })
})
