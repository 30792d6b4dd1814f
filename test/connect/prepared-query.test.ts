import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type IamPool, iamPool } from '../../src/connect/pool.ts'
import { createPreparedQueries } from '../../src/connect/prepared-query.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

describe('a query of a pool', () => {
  const asked: unknown[] = []
  const prepared = (answer: () => Promise<unknown> = async () => undefined) => {
    asked.length = 0
    const own = (...call: unknown[]) => {
      asked.push(call)
      return answer()
    }
    const { query } = createPreparedQueries(own as unknown as pg.Pool['query'], 10)
    return query as (...call: unknown[]) => Promise<unknown>
  }
  const text = 'SELECT $1'

  it('is prepared when it comes the second time, written one way or the other', async () => {
    const query = prepared()
    await query(text, [1])
    await query(text, [2])
    await query({ text, values: [3], rowMode: 'array' })
    expect(asked).toEqual([
      [text, [1]],
      [expect.objectContaining({ text, values: [2], name: 'iam1' })],
      [expect.objectContaining({ text, values: [3], _rowMode: 'array', name: 'iam1' })],
    ])
  })

  it.each([
    ['without parameters', ['SELECT 1']],
    ['with an empty list of them', ['SELECT 1', []]],
    ['with a name of its own', [{ text, values: [1], name: 'mine' }]],
    ['with a callback', [text, [1], () => undefined]],
    ['with a callback in the place of parameters', ['SELECT 1', () => undefined]],
    ['that writes and reads for itself', [{ text, values: [1], submit: () => undefined }]],
    ['for binary values', [{ text, values: [1], binary: true }]],
    ['for rows in portions', [{ text, values: [1], rows: 1 }]],
    ['that is nothing', [null]],
  ])('%s goes as it came', async (_what, call) => {
    const query = prepared()
    for (let time = 0; time < 3; time += 1) await query(...call)
    expect(asked).toEqual([call, call, call])
  })

  it('whose plan a migration outdated runs once more, unprepared, and is prepared anew', async () => {
    const stale = Object.assign(new Error('cached plan must not change result type'), { code: '0A000' })
    const answers = ['first', stale, 'again', 'third', 'fourth']
    const query = prepared(async () => {
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer
    })
    const told = []
    for (let time = 0; time < 4; time += 1) told.push(await query(text, [time]))
    expect(told).toEqual(['first', 'again', 'third', 'fourth'])
    expect(asked.flat().map((call) => (call as { name?: string }).name)).toEqual([
      ...[undefined, undefined, 'iam1', undefined],
      ...[undefined, undefined, 'iam2'],
    ])
  })

  it.each(['23505', '0A000'])('that fails otherwise (%s) fails once', async (code) => {
    const query = prepared(() => Promise.reject(Object.assign(new Error('no'), { code })))
    for (let time = 0; time < 2; time += 1) await expect(query(text, [1])).rejects.toMatchObject({ code })
    expect(asked).toHaveLength(2)
  })
})

describe('iamPool', () => {
  let emulator: TestEmulator
  let pool: IamPool
  beforeAll(async () => {
    emulator = await testEmulator({ service: 'rds', database: 'shop' })
    await emulator.asSuperuser('CREATE TABLE item (id int, name text); INSERT INTO item VALUES (1, $$one$$)')
    await emulator.asSuperuser('GRANT SELECT, DELETE ON item TO app')
  })
  afterAll(() => emulator.stop())
  beforeEach(() => {
    pool = iamPool({ ...emulator.options, statementCache: 5, pool: { max: 1 } }, { env: {} })
  })
  afterEach(() => pool.end())
  const held = async () => (await pool.query('SELECT name FROM pg_prepared_statements')).rows.length

  it('keeps prepared what comes again, and no more than it may', async () => {
    for (let width = 1; width <= 20; width += 1)
      for (let time = 0; time < 2; time += 1) await pool.query(`SELECT ${width} + $1::int`, [1])
    expect(await held()).toBe(5)
  })

  it('asks a connection once for the columns of what it prepared, and answers as before', async () => {
    const ask = () =>
      pool.query({ text: 'SELECT $1::int AS n, $2::jsonb AS j, NULL AS nothing', values: [7, { a: 1 }] })
    const rows = [{ n: 7, j: { a: 1 }, nothing: null }]
    await pool.query('SELECT 1')
    const first = await ask()
    const client = (await pool.connect()) as unknown as pg.PoolClient & { connection: pg.Connection }
    client.release()
    let described = 0
    const describeOf = client.connection.describe.bind(client.connection)
    client.connection.describe = (...what) => {
      described += 1
      describeOf(...what)
    }
    for (let time = 0; time < 3; time += 1) {
      const { command, rowCount, fields, rows } = await ask()
      expect({ command, rowCount, fields, rows }).toEqual({
        command: 'SELECT',
        rowCount: 1,
        fields: first.fields,
        rows,
      })
    }
    expect(first.rows).toEqual(rows)
    expect(described).toBe(1)
    for (let id = 1; id <= 3; id += 1)
      expect((await pool.query('DELETE FROM item WHERE id = $1', [-id])).rowCount).toBe(0)
    expect(described).toBe(3)
    const { rows: arrays } = await pool.query({
      text: 'SELECT $1::int AS n, $2::jsonb AS j, NULL AS nothing',
      values: [7, { a: 1 }],
      rowMode: 'array',
    })
    expect(arrays).toEqual([[7, { a: 1 }, null]])
  })

  it('keeps its word about the time of one query', async () => {
    const slow = { text: 'SELECT $1::int FROM pg_sleep(0.2)', values: [1], query_timeout: 50 }
    for (let time = 0; time < 2; time += 1) await expect(pool.query(slow)).rejects.toThrow('Query read timeout')
  })

  it('prepares nothing where the cache is off', async () => {
    await pool.end()
    pool = iamPool({ ...emulator.options, statementCache: 0, pool: { max: 1 } }, { env: {} })
    for (let time = 0; time < 3; time += 1) await pool.query('SELECT $1::int', [1])
    expect(await held()).toBe(0)
  })

  it('loses no query when migrations change what they return', async () => {
    const ask = async () =>
      (await pool.query<{ id: unknown; name: string }>('SELECT * FROM item WHERE name = $1', ['one'])).rows
    await ask()
    for (const type of ['bigint', 'text', 'int USING id::int']) {
      await ask()
      await ask()
      await emulator.asSuperuser(`ALTER TABLE item ALTER id TYPE ${type}`)
      expect((await ask()).map(({ id }) => String(id))).toEqual(['1'])
    }
    expect(await held()).toBe(0)
  })
})
