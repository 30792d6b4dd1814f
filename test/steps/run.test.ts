import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openSession, type Session } from '../../src/engine/session.ts'
import { planAutocommit } from '../../src/steps/autocommit.ts'
import { StepFailure } from '../../src/steps/failure.ts'
import type { Progress } from '../../src/steps/progress.ts'
import { runSteps } from '../../src/steps/run.ts'
import type { StepEdges } from '../../src/steps/scene.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { mortal, nth } from './mortal.ts'

let server: TestPostgres
let client: pg.Client
let open: Session
let told: Progress[]

beforeAll(async () => {
  server = await testPostgres()
})
beforeEach(async () => {
  client = await server.connect({ database: await server.createDatabase() })
  open = openSession(client)
  told = []
})
afterAll(async () => {
  await server.stop()
})

const edges: StepEdges = {
  clock: () => 0,
  random: () => 0.5,
  sleep: async () => {},
  report: (progress) => told.push(progress),
  conflictBudgetMs: 1000,
}

/** One deploy of a file, by a session that dies before the message which `dies` picks; tells what was sent. */
async function run(script: string, dies: (sql: string) => boolean = () => false): Promise<string[]> {
  const { session, sent } = mortal(open, dies)
  const work = { migration: 'm', steps: await planAutocommit(script) }
  await runSteps(session, work, { transactionalDdl: true }, edges).finally(() => client.query('ROLLBACK'))
  return sent
}

const rows = async (sql: string) => (await client.query(sql)).rows
const journal = () => rows('SELECT step, state FROM _prisma_iam_steps ORDER BY step')

const file = 'CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1); VACUUM a; INSERT INTO a VALUES (2);'

describe('a run that was stopped', () => {
  test('goes on at the first step that is not done, and says so', async () => {
    await expect(run(file, nth(1, /VALUES \(2/))).rejects.toBeInstanceOf(StepFailure)
    expect(await journal()).toEqual([1, 2, 3].map((step) => ({ step, state: 'done' })))
    const sent = await run(file)
    expect(told).toEqual([{ kind: 'continued', migration: 'm', step: 4, of: 4 }])
    expect(sent.filter((sql) => /CREATE TABLE a|VACUUM|\(1\)/.test(sql))).toEqual([])
    expect(await rows('SELECT id FROM a ORDER BY 1')).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('repeats what the session alone knew', async () => {
    const script = `SET search_path = ''; ${file.replaceAll(' a', ' public.a')}`
    await expect(run(script, nth(1, /VALUES \(2/))).rejects.toBeInstanceOf(StepFailure)
    await client.query('RESET search_path')
    expect(await run(script)).toContain("SET search_path = ''")
  })

  test('refuses a file that was changed in what has run, and accepts one that was changed below', async () => {
    await expect(run(file, nth(1, /VALUES \(2/))).rejects.toBeInstanceOf(StepFailure)
    await expect(run(file.replace('VALUES (1)', 'VALUES (7)'))).rejects.toMatchObject({
      code: 'PRISMA_IAM_STEPS_CHANGED',
      problems: [expect.stringMatching(/step 2, at line 1, column 38,.* has run/)],
    })
    await expect(run('CREATE TABLE a (id int PRIMARY KEY)')).rejects.toMatchObject({
      problems: [expect.stringContaining('step 2'), expect.stringContaining('step 3')],
    })
    await run(file.replace('VALUES (2)', 'VALUES (3)'))
    expect(await rows('SELECT id FROM a ORDER BY 1')).toEqual([{ id: 1 }, { id: 3 }])
  })
})

test('a step that fails is told with its place and the text that failed; the ones before it stay done', async () => {
  const failing = `${file}\n  BEGIN;\nSELECT 1;\nINSERT INTO a VALUES (1);\nCOMMIT;`
  await expect(run(failing)).rejects.toMatchObject({
    number: 5,
    of: 5,
    place: { line: 3, column: 1 },
    sent: 'SELECT 1;\nINSERT INTO a VALUES (1)',
    cause: expect.objectContaining({ code: '23505' }),
  })
  expect(await journal()).toHaveLength(4)
})

test('a role that the file takes does not keep it from its journal', async () => {
  await client.query('CREATE ROLE small; GRANT CREATE ON SCHEMA public TO small')
  await run('SET ROLE small; CREATE TABLE b (); BEGIN; SET ROLE postgres; CREATE TABLE c (); COMMIT; VACUUM;')
  expect(await rows("SELECT tablename, tableowner FROM pg_tables WHERE tablename IN ('b', 'c') ORDER BY 1")).toEqual([
    { tablename: 'b', tableowner: 'small' },
    { tablename: 'c', tableowner: server.superuser },
  ])
})

describe('a statement that should run by itself', () => {
  test('shares a transaction with the journal when the server lets it', async () => {
    await client.query('CREATE TABLE a (id int PRIMARY KEY)')
    const sent = await run('REINDEX TABLE a')
    expect(sent.filter((sql) => sql.startsWith('REINDEX'))).toHaveLength(1)
  })

  test('runs alone when it may not', async () => {
    await client.query(
      'CREATE TABLE a (n int); CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO a VALUES (1); COMMIT; END $$',
    )
    await run('CALL p()')
    expect(await rows('SELECT n FROM a')).toEqual([{ n: 1 }])
  })

  test('is done when a later run finds that it took effect', async () => {
    await client.query('CREATE TABLE a (n int); CREATE INDEX i ON a (n)')
    const script = 'DROP INDEX CONCURRENTLY i'
    await expect(run(script, nth(2, /^COMMIT/))).rejects.toBeInstanceOf(StepFailure)
    expect(await journal()).toEqual([{ step: 1, state: 'started' }])
    expect(await rows("SELECT to_regclass('i') AS i")).toEqual([{ i: null }])
    await run(script)
    expect(await journal()).toEqual([{ step: 1, state: 'done' }])
  })
})

describe('an index that is built outside of a transaction', () => {
  const script = 'CREATE UNIQUE INDEX CONCURRENTLY i ON a (n)'
  const indexes = () =>
    rows("SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'a'::regclass")

  beforeEach(async () => {
    await client.query('CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1)')
  })

  test('is dropped, and this is reported, when it could not be built', async () => {
    await expect(run(script)).rejects.toMatchObject({ cause: expect.objectContaining({ code: '23505' }) })
    expect(told).toEqual([{ kind: 'dropped', index: 'i' }])
    expect(await indexes()).toEqual([])
    expect(await journal()).toEqual([{ step: 1, state: 'failed' }])
    await client.query('DELETE FROM a')
    await run(script)
    expect(await indexes()).toEqual([{ name: 'i', valid: true }])
  })

  test.each([script, 'CREATE UNIQUE INDEX CONCURRENTLY ON a (n)', script.replace(' i ', ' IF NOT EXISTS i ')])(
    'that an earlier run left invalid is dropped and built again: %s',
    async (sql) => {
      await expect(run(sql, nth(1, /^DROP/))).rejects.toBeInstanceOf(StepFailure)
      expect(await indexes()).toEqual([{ name: expect.any(String), valid: false }])
      await client.query('DELETE FROM a')
      await run(sql)
      expect(await indexes()).toEqual([{ name: expect.any(String), valid: true }])
    },
  )

  test.each([script, 'CREATE INDEX CONCURRENTLY ON a (n)'])('is not built twice: %s', async (sql) => {
    await client.query('DELETE FROM a')
    await expect(run(sql, nth(2, /^COMMIT/))).rejects.toBeInstanceOf(StepFailure)
    expect(await indexes()).toHaveLength(1)
    expect((await run(sql)).filter((text) => text.startsWith('CREATE'))).toEqual([])
    expect(await journal()).toEqual([{ step: 1, state: 'done' }])
  })

  test('is not taken for built because an invalid one of that name was there before', async () => {
    await client.query(script).catch(() => {})
    await expect(run(script.replace(' i ', ' IF NOT EXISTS i '))).rejects.toMatchObject({
      cause: expect.objectContaining({ code: 'PRISMA_IAM_STEPS_JOB' }),
    })
  })
})

test('killed before any message, a run is healed by the next, and no step takes effect twice', async () => {
  const script = [
    'BEGIN;',
    'CREATE TABLE a (n int);',
    'INSERT INTO a VALUES (1);',
    'COMMIT;',
    'CREATE UNIQUE INDEX CONCURRENTLY i ON a (n);',
    'UPDATE a SET n = n + 1;',
    'DROP INDEX CONCURRENTLY i;',
    'VACUUM a;',
    'CREATE INDEX CONCURRENTLY ON a (n);',
    'INSERT INTO a SELECT n FROM a;',
  ].join('\n')
  const readBack = async () => [
    await rows('SELECT n FROM a'),
    await rows("SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'a'::regclass"),
    await journal(),
  ]
  const messages = (await run(script)).length
  const expected = await readBack()
  expect(expected[0]).toEqual([{ n: 2 }, { n: 2 }])
  expect(messages).toBeGreaterThan(60)
  for (let point = 1; point <= messages; point++) {
    await client.query('DROP TABLE a, _prisma_iam_steps')
    await expect(run(script, nth(point))).rejects.toThrow()
    await run(script)
    expect(await readBack(), `killed before message ${point}`).toEqual(expected)
  }
}, 60_000)
