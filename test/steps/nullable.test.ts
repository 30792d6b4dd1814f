import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSession } from '../../src/engine/session.ts'
import { runSteps } from '../../src/steps/run.ts'
import type { Step } from '../../src/steps/step.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { mortal, nth } from './mortal.ts'

let server: TestPostgres
let client: pg.Client

beforeAll(async () => {
  server = await testPostgres()
  client = await server.connect()
})
afterAll(async () => {
  await server.stop()
})

const table = `DROP TABLE IF EXISTS "Renamed", _prisma_iam_steps;
  CREATE TABLE "T" (id int PRIMARY KEY, "It's" int, b int, CONSTRAINT "T_a_not_null" CHECK ("It's" IS NOT NULL),
    CONSTRAINT "T_b_not_null" CHECK (b IS NOT NULL), CONSTRAINT mine CHECK ("It's" IS NOT NULL),
    CONSTRAINT both_not_null CHECK ("It's" IS NOT NULL OR b IS NOT NULL), CONSTRAINT positive_not_null CHECK ("It's" > 0));
  ALTER TABLE "T" ADD CONSTRAINT later_not_null CHECK ("It's" IS NOT NULL) NOT VALID; ALTER TABLE "T" RENAME TO "Renamed"`

const steps: Step[] = [
  {
    kind: 'nullable',
    place: { line: 1, column: 1 },
    sql: 'ALTER TABLE "Renamed" DROP CONSTRAINT',
    table: { name: 'Renamed' },
    column: "It's",
  },
]
const edges = { clock: () => 0, random: () => 0, sleep: async () => {}, report: () => {}, conflictBudgetMs: 0 }

/** One run by a session that dies before its nth message; tells how many there were. */
async function run(dieBefore = 0): Promise<number> {
  const { session, sent } = mortal(openSession(client), nth(dieBefore))
  await runSteps(session, { migration: 'm', steps }, { transactionalDdl: false }, edges).finally(() =>
    client.query('ROLLBACK'),
  )
  return sent.length
}

const checks = async () =>
  (
    await client.query(
      `SELECT conname FROM pg_constraint WHERE conrelid = '"Renamed"'::regclass AND contype = 'c' ORDER BY 1`,
    )
  ).rows.map(({ conname }) => conname)

test('what stands for NOT NULL of a column goes, whatever it is called, and nothing else; killed anywhere it is healed', async () => {
  await client.query(table)
  const messages = await run()
  const left = ['T_b_not_null', 'both_not_null', 'mine', 'positive_not_null']
  expect(await checks()).toEqual(left)
  for (let point = 1; point <= messages; point++) {
    await client.query(table)
    await expect(run(point)).rejects.toThrow()
    await run()
    expect(await checks(), `killed before message ${point}`).toEqual(left)
  }
})
