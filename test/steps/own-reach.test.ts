import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openSession } from '../../src/engine/session.ts'
import { reachesItself } from '../../src/steps/own-reach.ts'
import { runSteps } from '../../src/steps/run.ts'
import type { Step } from '../../src/steps/step.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres
let client: pg.Client

beforeAll(async () => {
  server = await testPostgres()
})
beforeEach(async () => {
  client = await server.connect({ database: await server.createDatabase() })
})
afterAll(async () => {
  await server.stop()
})

const edges = { clock: () => 0, random: () => 0, sleep: async () => {}, report: () => {}, conflictBudgetMs: 0 }
const reaches = (sets: readonly string[], table: { schema?: string; name: string } = { name: 't' }) =>
  // Neither journal nor server matter to the question.
  reachesItself({ table, before: '', after: '', sets }, { session: openSession(client), edges } as never)

test.each([
  ['no key', ''],
  ['a key to another table', 'ALTER TABLE t ADD FOREIGN KEY (u) REFERENCES u ON DELETE CASCADE'],
  ['a key from another table', 'ALTER TABLE u ADD FOREIGN KEY (t) REFERENCES t ON DELETE CASCADE ON UPDATE CASCADE'],
])('with %s neither a deletion nor an update comes back', async (_what, sql) => {
  await client.query(
    `CREATE TABLE u (id int PRIMARY KEY, t int); CREATE TABLE t (id int PRIMARY KEY, u int, n int); ${sql}`,
  )
  expect([await reaches([]), await reaches(['n']), await reaches(['u'])]).toEqual([false, false, false])
})

test.each([
  ['empties', 'ON DELETE SET NULL', true, false],
  ['deletes', 'ON DELETE CASCADE', true, false],
  ['only forbids', 'ON DELETE NO ACTION', true, false],
  ['follows an update', 'ON DELETE NO ACTION ON UPDATE CASCADE', true, true],
])('a key to the table itself that %s', async (_what, action, deletion, update) => {
  await client.query(`CREATE TABLE t (id int PRIMARY KEY, code int UNIQUE, up int REFERENCES t (code) ${action})`)
  expect(await reaches([])).toBe(deletion)
  expect(await reaches(['code'])).toBe(update)
  expect(await reaches(['up'])).toBe(false)
})

test('a deletion comes back through other tables, in any schema', async () => {
  await client.query(`CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY, u int);
    CREATE TABLE u (id int PRIMARY KEY, t int REFERENCES s.t ON DELETE CASCADE);
    ALTER TABLE s.t ADD FOREIGN KEY (u) REFERENCES u ON DELETE SET NULL; CREATE TABLE t (id int PRIMARY KEY)`)
  expect(await reaches([], { schema: 's', name: 't' })).toBe(true)
  expect(await reaches(['id'], { schema: 's', name: 't' })).toBe(false)
  expect(await reaches([])).toBe(false)
})

test('a deletion that empties references of its own table is not cut: it would leave rows', async () => {
  await client.query(`CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t ON DELETE SET NULL);
    INSERT INTO t SELECT i, nullif(i, 1) - 1 FROM generate_series(1, 3100) i;
    CREATE FUNCTION limited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT count(*) FROM gone) > 3000 THEN RAISE EXCEPTION 'transaction row limit exceeded' USING ERRCODE = '54000'; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER limited AFTER DELETE ON t REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION limited()`)
  const sql = 'DELETE FROM t WHERE up IS NOT NULL'
  const batches = { table: { name: 't' }, before: `${sql} AND (`, after: ')', sets: [] }
  const steps: Step[] = [{ kind: 'rows', place: { line: 1, column: 1 }, statements: [sql], batches }]
  const deploy = runSteps(openSession(client), { migration: 'm', steps }, { transactionalDdl: true }, edges)
  await expect(deploy).rejects.toMatchObject({ cause: expect.objectContaining({ code: '54000' }) })
  await client.query('ROLLBACK')
  expect((await client.query('SELECT count(*)::int AS left FROM t')).rows).toEqual([{ left: 3100 }])
})
