import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { callEngine, migrations, type RunOptions } from './in-process.ts'

const files = {
  '0001_tables': 'CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);',
  '0002_data': "INSERT INTO a VALUES (1), (2);\nALTER TABLE b ADD note text NOT NULL DEFAULT 'x;y';",
  '0003_index': 'CREATE INDEX b_a ON b (a);\nDROP INDEX b_a;\nCREATE UNIQUE INDEX b_note ON b (note);',
}

/** A file that fits no transaction; every boundary between its steps is tried in test/steps. */
const stepped = { '0001_steps': 'CREATE TABLE a (id int PRIMARY KEY);\nVACUUM a;\nINSERT INTO a VALUES (1);' }

let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await server.stop()
})

/** Everything that a deploy leaves behind, without ids and times. */
async function readBack(database: string): Promise<unknown> {
  const client = await server.connect({ database })
  const history = await client.query(
    'SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at, logs, applied_steps_count FROM _prisma_migrations ORDER BY started_at',
  )
  const columns = await client.query(
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position",
  )
  const indexes = await client.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
  const rows = await client.query('SELECT count(*)::int AS rows, sum(id)::int AS ids FROM a')
  const journal = await client.query("SELECT to_regclass('_prisma_iam_steps') IS NOT NULL AS made")
  const left = journal.rows[0].made ? await client.query('SELECT * FROM _prisma_iam_steps') : { rows: [] }
  await client.end()
  return [history.rows, columns.rows, indexes.rows, rows.rows, left.rows]
}

/** Dies after every number of statements in turn; tells how many points there were and which a rerun did not heal. */
async function killEverywhere(
  files: Record<string, string>,
  options: RunOptions = {},
): Promise<{ points: number; broken: number[] }> {
  const calm = await server.createDatabase()
  const undisturbed = await callEngine(server, calm, 'applyMigrations', migrations(files), options)
  expect(undisturbed.outcome).toEqual({ result: { appliedMigrationNames: Object.keys(files) } })
  const expected = await readBack(calm)
  const broken: number[] = []
  for (let dieAfter = 1; dieAfter < undisturbed.sent.length; dieAfter++) {
    const database = await server.createDatabase()
    const killed = await callEngine(server, database, 'applyMigrations', migrations(files), { ...options, dieAfter })
    expect(killed.outcome).toHaveProperty('failure')
    const rerun = await callEngine(server, database, 'applyMigrations', migrations(files), options)
    if ('failure' in rerun.outcome) broken.push(dieAfter)
    else expect(await readBack(database)).toEqual(expected)
  }
  return { points: undisturbed.sent.length - 1, broken }
}

test('a deploy killed between any two statements is healed by one rerun', async () => {
  const { points, broken } = await killEverywhere(files)
  expect(points).toBe(31)
  expect(broken).toEqual([])
}, 60_000)

test('and so is one of a file that runs in steps', async () => {
  const { points, broken } = await killEverywhere(stepped)
  expect(points).toBeGreaterThan(30)
  expect(broken).toEqual([])
}, 60_000)
