import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openSession, type Session } from '../../src/engine/session.ts'
import type { Progress } from '../../src/steps/progress.ts'
import { runSteps } from '../../src/steps/run.ts'
import type { Step } from '../../src/steps/step.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { mortal, nth } from './mortal.ts'

let server: TestPostgres
let client: pg.Client
let open: Session
let told: Progress[]

/** A table of 6,000 rows that refuses to have more than 1,000 changed at once, in the words of Aurora DSQL. */
const table = `
  CREATE TABLE "T" (a text, b bigint, n int NOT NULL DEFAULT 0, PRIMARY KEY (b, a));
  INSERT INTO "T" SELECT CASE i % 3 WHEN 0 THEN 'it''s' WHEN 1 THEN E'\\\\x' ELSE 'ü😀' END || i % 7, i / 100 FROM generate_series(1, 6000) i
    ON CONFLICT DO NOTHING;
  CREATE FUNCTION limited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM changed) > 1000 THEN RAISE EXCEPTION 'transaction row limit exceeded' USING ERRCODE = '54000'; END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER limited AFTER UPDATE ON "T" REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION limited();`

const sql = 'UPDATE "T" SET n = n + 1 WHERE b >= 2'
const place = { line: 1, column: 1 }
const batches = { table: { name: 'T' }, before: `${sql.replace('b >= 2', '(b >= 2)')} AND (`, after: ')', sets: ['n'] }

beforeAll(async () => {
  server = await testPostgres()
})
beforeEach(async () => {
  client = await server.connect({ database: await server.createDatabase() })
  open = openSession(client)
  await client.query(table)
  told = []
})
afterAll(async () => {
  await server.stop()
})

/** Runs the step by a session that dies before its nth message; tells how many there were. */
async function run(step: Partial<Step> = {}, dieBefore = 0): Promise<number> {
  const { session, sent } = mortal(open, nth(dieBefore))
  const steps = [{ kind: 'rows', place, statements: [sql], batches, ...step } as Step]
  const edges = {
    clock: () => 0,
    random: () => 0,
    sleep: async () => {},
    report: (progress: Progress) => told.push(progress),
    conflictBudgetMs: 0,
  }
  await runSteps(session, { migration: 'm', steps }, { transactionalDdl: true }, edges).finally(() =>
    client.query('ROLLBACK'),
  )
  return sent.length
}

const counts = async () =>
  (await client.query('SELECT n, count(*)::int AS rows, min(b)::int AS first FROM "T" GROUP BY n ORDER BY n')).rows

test('a change that is too large for one transaction meets every row once, in the order of the key', async () => {
  await run()
  expect(await counts()).toEqual([
    { n: 0, rows: 42, first: 0 },
    { n: 1, rows: expect.any(Number), first: 2 },
  ])
  const { rows } = await client.query('SELECT ceil(count(*) / 625.0)::int AS batches FROM "T"')
  expect(rows).toEqual([{ batches: told.length }])
  expect(told.at(-1)).toEqual({ kind: 'batches', table: 'T', batch: told.length })
})

test('killed before any message, it goes on behind the last batch', async () => {
  const messages = await run()
  const expected = await counts()
  expect(messages).toBeGreaterThan(15)
  for (let point = 1; point <= messages; point++) {
    await client.query(
      'DROP TABLE IF EXISTS _prisma_iam_steps; ALTER TABLE "T" DISABLE TRIGGER ALL; UPDATE "T" SET n = 0',
    )
    await client.query('ALTER TABLE "T" ENABLE TRIGGER ALL')
    await expect(run({}, point)).rejects.toThrow()
    await run()
    expect(await counts(), `killed before message ${point}`).toEqual(expected)
  }
}, 30_000)

test.each<[string, Partial<Step>, string]>([
  ['that changes the key', { batches: { ...batches, sets: ['a'] } }, ''],
  ['without room for a condition', { batches: undefined } as never, ''],
  ['of a table without a key', {}, 'ALTER TABLE "T" DROP CONSTRAINT "T_pkey"'],
])('a change %s is not cut into batches', async (_what, step, before) => {
  await client.query(before)
  await expect(run(step)).rejects.toMatchObject({ cause: expect.objectContaining({ code: '54000' }) })
  expect(await counts()).toHaveLength(1)
})
