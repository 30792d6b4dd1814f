import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Started, started } from '../faults/started.ts'
import { outcome } from './cluster.ts'

let cluster: Started
let admin: pg.Client
beforeAll(async () => {
  cluster = await started({ service: 'dsql' })
  admin = await cluster.connect()
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  await admin.query('CREATE TABLE t (id int, n int)')
  await admin.query('INSERT INTO t VALUES (1, 7), (2, 7)')
})
afterEach(async () => {
  await cluster.emulator.jobs.take(0)
  await admin.query('DROP TABLE t')
})

async function submit(sql: string): Promise<string> {
  const { rows } = await admin.query(sql)
  expect(rows).toEqual([{ job_id: expect.stringMatching(/^[a-z2-7]{26}$/) }])
  return rows[0].job_id
}

async function job(id: string): Promise<Record<string, unknown>> {
  const { rows } = await admin.query('SELECT * FROM sys.jobs WHERE job_id = $1', [id])
  return rows[0]
}

const wait = async (id: string) => (await admin.query(`CALL sys.wait_for_job('${id}')`)).rows

async function isValid(index: string): Promise<unknown> {
  const { rows } = await admin.query('SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)', [index])
  return rows[0]?.indisvalid
}

it('an index is not valid before its job has completed, which sys.wait_for_job waits for', async () => {
  await cluster.emulator.jobs.take(60_000)
  const id = await submit('CREATE UNIQUE INDEX ASYNC i ON t (id)')
  expect(await job(id)).toMatchObject({ status: 'submitted', job_type: 'INDEX_BUILD', object_name: 'public.i' })
  expect((await job(id)).update_time).toBe(null)
  expect(await isValid('i')).toBe(false)
  expect(await outcome(admin, 'ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i')).toEqual([
    '55000 index "i" is not valid',
  ])
  const other = await cluster.connect()
  let ended = 0
  const waiting = [wait(id), other.query('CALL sys.wait_for_job($1, NULL)', [id]).then(({ rows }) => rows)].map(
    (each) => each.finally(() => ended++),
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(ended).toBe(0)
  await cluster.emulator.jobs.finish()
  expect(await Promise.all(waiting)).toEqual(Array(2).fill([{ succeeded: true }]))
  expect(await isValid('i')).toBe(true)
  expect(await job(id)).toMatchObject({ status: 'completed', details: null, update_time: expect.any(Date) })
  expect(await outcome(admin, 'ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i')).toEqual(['ALTER'])
})

it('a unique index over duplicates fails, stays invalid under its name, and can be dropped', async () => {
  const id = await submit('CREATE UNIQUE INDEX ASYNC i ON t (n)')
  expect(await wait(id)).toEqual([{ succeeded: false }])
  expect(await job(id)).toMatchObject({ status: 'failed', details: 'could not create unique index "i"' })
  expect(await isValid('i')).toBe(false)
  expect(await outcome(admin, 'INSERT INTO t VALUES (3, 7)')).toEqual(['INSERT'])
  // It is taken for the index that was wanted.
  expect(await wait(await submit('CREATE UNIQUE INDEX ASYNC IF NOT EXISTS i ON t (n)'))).toEqual([{ succeeded: true }])
  expect(await isValid('i')).toBe(false)
  expect(await outcome(admin, 'DROP INDEX i')).toEqual(['DROP'])
})

it('a constraint that rows violate fails to validate, one that they keep is validated when its job is done', async () => {
  await admin.query('ALTER TABLE t ADD CONSTRAINT small CHECK (n < 5) NOT VALID')
  await admin.query('ALTER TABLE t ADD CONSTRAINT large CHECK (n > 5) NOT VALID')
  const failed = await submit('ALTER TABLE ASYNC t VALIDATE CONSTRAINT small')
  expect(await job(failed)).toMatchObject({
    status: 'failed',
    details: 'check constraint "small" of relation "t" is violated by some row',
  })
  await cluster.emulator.jobs.take(60_000)
  const id = await submit('ALTER TABLE ASYNC t VALIDATE CONSTRAINT large')
  const validated = async () =>
    (
      await admin.query(
        `SELECT conname, convalidated AS valid FROM pg_constraint WHERE conname IN ('small', 'large') ORDER BY 1`,
      )
    ).rows
  expect(await validated()).toEqual([
    { conname: 'large', valid: false },
    { conname: 'small', valid: false },
  ])
  await cluster.emulator.jobs.finish()
  expect(await wait(id)).toEqual([{ succeeded: true }])
  expect(await validated()).toEqual([
    { conname: 'large', valid: true },
    { conname: 'small', valid: false },
  ])
})

it('a job that takes time ends by itself', async () => {
  await cluster.emulator.jobs.take(50)
  expect(await wait(await submit('CREATE INDEX ASYNC i ON t (n)'))).toEqual([{ succeeded: true }])
  expect(await isValid('i')).toBe(true)
})

it('jobs can be made to fail, as many as wanted', async () => {
  await cluster.emulator.jobs.failNext(1, 'no luck')
  const id = await submit('CREATE INDEX ASYNC i ON t (n)')
  expect(await wait(id)).toEqual([{ succeeded: false }])
  expect(await job(id)).toMatchObject({ status: 'failed', details: 'no luck' })
  expect(await isValid('i')).toBe(false)
  expect(await wait(await submit('CREATE INDEX ASYNC j ON t (n)'))).toEqual([{ succeeded: true }])
})

it('a statement that is wrong in itself is no job', async () => {
  expect(await outcome(admin, 'CREATE INDEX ASYNC i ON t (nothing)')).toEqual(['42703 column "nothing" does not exist'])
  expect(await outcome(admin, 'ALTER TABLE ASYNC t VALIDATE CONSTRAINT nothing')).toEqual([
    '42704 constraint "nothing" of relation "t" does not exist',
  ])
  expect(await outcome(admin, `CALL sys.wait_for_job('nothing')`)).toEqual(['22P02 Unable to convert text to UUID'])
})

it('on RDS there are neither jobs nor conflicts to order', async () => {
  const rds = await started({ service: 'rds' })
  await expect(rds.emulator.jobs.take(1)).rejects.toThrow('Only DSQL has jobs')
  expect(() => rds.emulator.conflictNext(1)).toThrow('Only DSQL has conflicts')
  await rds.stop()
})
