import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Started, started } from '../faults/started.ts'
import { outcome } from './cluster.ts'

let cluster: Started
let admin: pg.Client
beforeAll(async () => {
  cluster = await started({ service: 'dsql' })
  const setup = await cluster.connect()
  await setup.query('CREATE TABLE t (id int PRIMARY KEY, v text)')
  await setup.query('CREATE TABLE note (id int PRIMARY KEY, t int REFERENCES t (id) ON DELETE CASCADE)')
  await setup.query('CREATE TABLE child (id int PRIMARY KEY, t int REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)')
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  await admin?.end()
  admin = await cluster.connect()
  await admin.query('DELETE FROM child')
  await admin.query('DELETE FROM note')
  await admin.query('DELETE FROM t')
})

const aborted = '25P02 current transaction is aborted, commands ignored until end of transaction block'
const rows = '54000 transaction row limit exceeded'
const count = async () => (await admin.query('SELECT count(*)::int AS n FROM t')).rows[0].n

describe.each(['simple', 'extended'])('in the %s protocol', (protocol) => {
  const run = (text: string) =>
    outcome(admin, (protocol === 'extended' ? { text, queryMode: 'extended' } : text) as string)

  it('a transaction changes 3,000 rows, and fails at the statement that goes beyond', async () => {
    expect(await run('INSERT INTO t SELECT generate_series(1, 3000)')).toEqual(['INSERT'])
    expect(await run('UPDATE t SET v = 1')).toEqual(['UPDATE'])
    expect(await run('INSERT INTO t SELECT generate_series(4000, 7000)')).toEqual([rows])
    for (const text of ['BEGIN', 'DELETE FROM t WHERE id <= 2000']) await run(text)
    expect(await run('UPDATE t SET v = 2')).toEqual(['UPDATE'])
    expect(await run('DELETE FROM t WHERE id = 2001')).toEqual([rows])
    expect(await run('SELECT 1')).toEqual([aborted])
    expect(await run('COMMIT')).toEqual(['ROLLBACK'])
    expect(await count()).toBe(3000)
  })

  it('rows that a WITH clause or a cascade changes count as well, on copies too', async () => {
    await run('INSERT INTO t SELECT generate_series(1, 2000)')
    await run('INSERT INTO note SELECT n, n FROM generate_series(1, 2000) n')
    expect(await run('DELETE FROM t')).toEqual([rows])
    const both = 'WITH more AS (INSERT INTO t SELECT generate_series(3001, 4500) RETURNING id) UPDATE t SET v = 1'
    expect(await run(`${both} WHERE id <= 1501`)).toEqual([rows])
    expect(await run(`${both} WHERE id <= 1500`)).toEqual(['UPDATE'])
    for (const text of ['BEGIN', 'DELETE FROM t WHERE id <= 1000']) await run(text)
    expect(await run('UPDATE t SET v = 2 WHERE id BETWEEN 1001 AND 2000')).toEqual(['UPDATE'])
    expect(await run('DELETE FROM t WHERE id = 1001')).toEqual([rows])
    expect(await run('COMMIT')).toEqual(['ROLLBACK'])
    const other = await cluster.connect()
    for (const text of ['BEGIN', 'UPDATE t SET v = 3 WHERE id = 1']) await other.query(text)
    await run('BEGIN')
    expect(await run('DELETE FROM t WHERE id <= 1500')).toEqual(['DELETE'])
    expect(await run('DELETE FROM t WHERE id = 1501')).toEqual([rows])
    expect(await run('ROLLBACK')).toEqual(['ROLLBACK'])
    await other.end()
    expect(await count()).toBe(3500)
    await run('DELETE FROM note')
    await run('DELETE FROM t WHERE id > 3000')
  })

  it('a transaction writes 10 MiB at most, which COMMIT says', async () => {
    const size = '54000 transaction size limit 10mb exceeded'
    const write = (from: number, to: number) =>
      `INSERT INTO t SELECT n, repeat('x', 500000) FROM generate_series(${from}, ${to}) n`
    expect(await run(write(1, 19))).toEqual(['INSERT'])
    expect(await run(write(20, 45))).toEqual([size])
    for (const text of ['BEGIN', write(20, 30), write(31, 45)]) await run(text)
    expect(await run('COMMIT')).toEqual([size])
    expect(await count()).toBe(19)
  })

  it('a transaction lasts 300 s, and may be rolled back later', async () => {
    for (const end of ['SELECT 1', 'COMMIT', 'ROLLBACK']) {
      for (const text of ['BEGIN', 'DELETE FROM t']) await run(text)
      cluster.pass(301_000)
      const aged = '54000 transaction age limit of 300s exceeded'
      expect(await run(end)).toEqual([end === 'ROLLBACK' ? 'ROLLBACK' : aged])
      expect(await run('ROLLBACK')).toEqual(['ROLLBACK'])
      cluster.pass(-301_000)
    }
  })

  it('a deferred constraint outside of a transaction fails in the place of the tag', async () => {
    const error = 'insert or update on table "child" violates foreign key constraint "child_t_fkey"'
    expect(await run('INSERT INTO child VALUES (1, 99)')).toEqual([`23503 ${error}`])
    expect(await run('SELECT * FROM child')).toEqual(['SELECT'])
  })

  it('conflicts come when they are ordered, at COMMIT and outside of transactions', async () => {
    cluster.emulator.conflictNext(2)
    cluster.emulator.conflictNext(1, 'OC001')
    const conflict = '40001 change conflicts with another transaction (OC000)'
    for (const text of ['BEGIN', 'SELECT * FROM t', 'COMMIT']) expect(await run(text)).toEqual([text.split(' ')[0]])
    expect(await run('INSERT INTO t VALUES (1)')).toEqual([conflict])
    for (const text of ['BEGIN', 'INSERT INTO t VALUES (2)']) await run(text)
    expect(await run('COMMIT')).toEqual([conflict])
    expect(await run('CREATE TABLE never (id int)')).toEqual([
      '40001 schema has been updated by another transaction (OC001)',
    ])
    expect(await run('INSERT INTO t VALUES (3)')).toEqual(['INSERT'])
    expect((await admin.query('SELECT id FROM t')).rows).toEqual([{ id: 3 }])
  })
})

describe('DDL of another session', () => {
  const changed = '40001 schema has been updated by another transaction (OC001)'

  it('takes no account of open transactions, which have lost at their next statement or COMMIT', async () => {
    const other = await cluster.connect()
    for (const [next, add] of [
      ['SELECT * FROM t', 'a'],
      ['COMMIT', 'b'],
    ] as const) {
      await admin.query('BEGIN')
      await admin.query('INSERT INTO t VALUES (1)')
      expect(await outcome(other, `ALTER TABLE t ADD COLUMN ${add} int`)).toEqual(['ALTER'])
      expect(await outcome(admin, next)).toEqual([changed])
      expect(await outcome(admin, 'ROLLBACK')).toEqual(['ROLLBACK'])
    }
    expect(await outcome(admin, 'SELECT * FROM t')).toEqual(['SELECT'])
    await other.end()
  })

  it('is met once by every session that read the catalog before, unless that is turned off', async () => {
    const lax = await started({ service: 'dsql', dsql: { strictCatalog: false } })
    for (const { connect, told } of [
      { connect: cluster.connect, told: [changed] },
      { connect: lax.connect, told: ['SELECT'] },
    ]) {
      const [one, two] = [await connect(), await connect()]
      await one.query('CREATE TABLE strict (id int)')
      expect(await outcome(two, 'SELECT * FROM strict')).toEqual(['SELECT'])
      await one.query('CREATE TABLE another (id int)')
      expect(await outcome(two, 'SELECT 1 AS n')).toEqual([[{ n: 1 }]])
      expect(await outcome(two, 'SELECT * FROM strict')).toEqual(told)
      expect(await outcome(two, 'SELECT * FROM strict')).toEqual(['SELECT'])
      expect(await outcome(one, 'SELECT * FROM strict')).toEqual(['SELECT'])
      await one.query('DROP TABLE another')
      await one.query('DROP TABLE strict')
      await Promise.all([one.end(), two.end()])
    }
    await lax.stop()
  })
})

describe('a connection', () => {
  it('ends after its hour, but not within a transaction', async () => {
    await admin.query('BEGIN')
    cluster.pass(3_600_000)
    const ended = new Promise((resolve) => admin.once('end', resolve))
    expect(await outcome(admin, 'ROLLBACK')).toEqual(['ROLLBACK'])
    await expect(admin.query('SELECT 1')).rejects.toThrow('Connection terminated unexpectedly')
    await ended
    cluster.pass(-3_600_000)
    admin = await cluster.connect()
  })

  it('is refused when it brings settings that DSQL does not know', async () => {
    for (const config of [{ statement_timeout: 5 }, { options: '-c lock_timeout=1' }]) {
      const [name] = /\w+_timeout/.exec(JSON.stringify(config)) ?? []
      await expect(cluster.connect({ config })).rejects.toMatchObject({
        code: '0A000',
        severity: 'FATAL',
        message: `setting configuration parameter "${name}" not supported`,
      })
    }
    const client = await cluster.connect({
      config: { options: '-c search_path=app -c TimeZone=UTC', application_name: 'x' },
    })
    expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: 'app' }])
    await client.end()
  })
})
