import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Progress } from '../../src/steps/progress.ts'
import { type DsqlStage, dsqlStage, edges } from './dsql-stage.ts'
import { nth } from './mortal.ts'

let stage: DsqlStage
const told: Progress[] = []

beforeAll(async () => {
  stage = await dsqlStage({ ...edges, report: (progress) => told.push(progress) })
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
  'CREATE UNIQUE INDEX a_n ON a (n);',
  'ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0);',
].join('\n')

async function readBack(): Promise<unknown> {
  return [
    await rows('SELECT * FROM a ORDER BY 1'),
    await rows("SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'a'::regclass ORDER BY 1"),
    await rows("SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'a'::regclass ORDER BY 1"),
    await rows("SELECT step, state FROM _prisma_iam_steps WHERE state <> 'done'"),
  ]
}

test('killed before any statement, a deploy is healed by one rerun, and no step runs twice', async () => {
  const points = await stage.run(file)
  const [expected, changes] = [await readBack(), stage.changes()]
  expect(changes).toHaveLength(4)
  for (let point = 1; point <= points; point++) {
    await stage.clear()
    await expect(stage.run(file, nth(point))).rejects.toThrow()
    await stage.run(file)
    expect(await readBack(), `killed before statement ${point}`).toEqual(expected)
    expect(stage.changes(), `killed before statement ${point}`).toEqual(changes)
  }
}, 60_000)

describe('a run that was stopped while a job was under way', () => {
  const looks = /FROM sys\.jobs WHERE job_id/

  test.each([
    ['before its id was written down, for an index', nth(1, /^BEGIN/), /ASYNC "?a_n/],
    ['at the first look, for an index', nth(1, looks), undefined],
    ['at a later look, for an index', nth(3, looks), undefined],
    ['before its id was written down, for a constraint', nth(1, /^BEGIN/), /VALIDATE/],
  ] as const)('%s, waits for it, and starts no other', async (_when, dies, behind) => {
    await stage.run(file)
    const [expected, changes] = [await readBack(), stage.changes()]
    await stage.clear()
    await stage.emulator.jobs.take(150)
    let armed = behind === undefined
    const picked = (sql: string) => {
      const dead = armed && dies(sql)
      armed ||= behind?.test(sql) === true
      return dead
    }
    await expect(stage.run(file, picked)).rejects.toThrow()
    await stage.run(file)
    await stage.emulator.jobs.take(0)
    expect(await readBack()).toEqual(expected)
    expect(stage.changes()).toEqual(changes)
    expect(told.some(({ kind }) => kind === 'waiting')).toBe(true)
  })
})

describe('a job that fails', () => {
  test('leaves no index behind, is told in its own words, and the step runs again once the rows are right', async () => {
    await stage.client.query('CREATE TABLE t (id bigint PRIMARY KEY, n int)')
    await stage.client.query('INSERT INTO t VALUES (1, 1), (2, 1)')
    const index = 'CREATE UNIQUE INDEX t_n ON t (n);'
    await expect(stage.run(index)).rejects.toMatchObject({
      number: 1,
      cause: expect.objectContaining({
        code: 'PRISMA_IAM_STEPS_JOB',
        message: expect.stringMatching(/t_n failed: .*t_n/),
      }),
    })
    expect(told).toContainEqual({ kind: 'dropped', index: 't_n' })
    expect(await rows("SELECT FROM pg_class WHERE relname = 't_n'")).toEqual([])
    await stage.client.query('DELETE FROM t WHERE id = 2')
    await stage.run(index)
    expect(await rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_n'::regclass")).toEqual([
      { indisvalid: true },
    ])
  })

  test('of a constraint is started anew', async () => {
    await stage.client.query('CREATE TABLE t (id bigint PRIMARY KEY, n int)')
    await stage.emulator.jobs.failNext(1, 'the machine room is hot')
    const check = 'ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0);'
    await expect(stage.run(check)).rejects.toMatchObject({
      number: 2,
      cause: expect.objectContaining({ message: expect.stringContaining('the machine room is hot') }),
    })
    await stage.run(check)
    expect(await rows("SELECT convalidated FROM pg_constraint WHERE conname = 'positive'")).toEqual([
      { convalidated: true },
    ])
  })
})

test.each(['OC000', 'OC001'] as const)(
  'a run that loses by %s tries again until it wins, and nothing runs twice',
  async (code) => {
    await stage.run(file)
    const [expected, changes] = [await readBack(), stage.changes()]
    await stage.clear()
    stage.emulator.conflictNext(7, code)
    await stage.run(file)
    expect(await readBack()).toEqual(expected)
    expect(stage.changes()).toEqual(changes)
    expect(told.filter(({ kind }) => kind === 'conflict')).toHaveLength(7)
  },
)

test('a change of more rows than a transaction takes goes by batches, and goes on where it was stopped', async () => {
  const fill = (from: number) => `INSERT INTO t SELECT i, 0 FROM generate_series(${from}, ${from + 2499}) i;`
  const script = `CREATE TABLE t (id bigint PRIMARY KEY, n int);\n${fill(1)}\n${fill(2501)}\nUPDATE t SET n = n + 1 WHERE id > 10;`
  await expect(stage.run(script, nth(2, /AND \(\("?id"?\)/))).rejects.toThrow()
  expect(await rows('SELECT count(*)::int AS done FROM t WHERE n = 1')).toEqual([{ done: 2490 }])
  await stage.run(script)
  expect(told.filter(({ kind }) => kind === 'batches')).toHaveLength(2)
  expect(await rows('SELECT n, count(*)::int AS rows FROM t GROUP BY n ORDER BY n')).toEqual([
    { n: 0, rows: 10 },
    { n: 1, rows: 4990 },
  ])
})
