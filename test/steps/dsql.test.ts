import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Progress } from '../../src/steps/progress.ts'
import { type DsqlStage, dsqlStage } from './dsql-stage.ts'
import { nth } from './mortal.ts'

let stage: DsqlStage
const told: Progress[] = []

beforeAll(async () => {
  stage = await dsqlStage({
    clock: () => 0,
    random: () => 0,
    sleep: async () => {},
    report: (progress) => told.push(progress),
    conflictBudgetMs: 1000,
  })
})
beforeEach(async () => {
  await stage.clear()
  told.splice(0)
})
afterAll(async () => {
  await stage.stop()
})

const rows = async (sql: string) => (await stage.client.query(sql)).rows

/** Every kind of step that DSQL has. */
const file = [
  'CREATE TABLE a (id bigint PRIMARY KEY, n int NOT NULL);',
  'INSERT INTO a VALUES (1, 1), (2, 2);',
  'UPDATE a SET n = n + 1;',
  'CREATE UNIQUE INDEX a_n ON a (n);',
  'ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0);',
  'BEGIN; CREATE VIEW v AS SELECT n FROM a; COMMIT;',
].join('\n')

async function readBack(): Promise<unknown> {
  return [
    await rows('SELECT * FROM v ORDER BY 1'),
    await rows("SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'a'::regclass ORDER BY 1"),
    await rows("SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'a'::regclass ORDER BY 1"),
    await rows("SELECT step, state FROM _prisma_iam_steps WHERE state <> 'done'"),
  ]
}

test('killed before any statement, a deploy is healed by one rerun, and no step runs twice', async () => {
  const points = await stage.run(file)
  const [expected, changes] = [await readBack(), stage.changes()]
  expect(changes).toHaveLength(5)
  for (let point = 1; point <= points; point++) {
    await stage.clear()
    await expect(stage.run(file, nth(point))).rejects.toThrow()
    await stage.run(file)
    expect(await readBack(), `killed before statement ${point}`).toEqual(expected)
    expect(stage.changes(), `killed before statement ${point}`).toEqual(changes)
  }
}, 60_000)
