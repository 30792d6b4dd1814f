import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { outcome, type TestCluster, testCluster } from './cluster.ts'

let cluster: TestCluster
let a: pg.Client
let b: pg.Client
beforeAll(async () => {
  cluster = await testCluster()
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  a = await cluster.connect()
  b = await cluster.connect()
  await a.query('CREATE TABLE parent (id int PRIMARY KEY, name text, code text UNIQUE)')
  await a.query('CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent (id) ON DELETE CASCADE, n int)')
  await a.query(`INSERT INTO parent VALUES (1, 'one', 'a'), (2, 'two', 'b'), (3, 'three', 'c')`)
  await a.query('INSERT INTO child VALUES (10, 1, 0), (20, 2, 0)')
})
afterEach(async () => {
  for (const client of [a, b]) await client.query('ROLLBACK').then(() => client.end())
  await cluster.superuser.query('DROP TABLE IF EXISTS parent, child CASCADE')
})

const conflict = '40001 change conflicts with another transaction (OC000)'

/** Runs a statement as one of the two protocols does. */
function run(protocol: string, client: pg.Client, text: string): Promise<unknown[]> {
  const extended = { text, queryMode: 'extended' } as pg.QueryConfig
  return outcome(client, (protocol === 'extended' ? extended : text) as string)
}

describe.each(['simple', 'extended'])('in the %s protocol', (protocol) => {
  it('two open writers of one row wait less than 100 ms, see their own change alone, and the first to commit wins', async () => {
    const tookMs: number[] = []
    // A busy machine is given more rounds; whoever waited for a lock would wait in each, and for ever.
    for (let round = 0; round < 4 || (Math.min(...tookMs) >= 100 && round < 16); round++) {
      const winner = round % 2 === 0 ? a : b
      const loser = winner === a ? b : a
      await run(protocol, a, 'BEGIN')
      await run(protocol, b, 'BEGIN')
      const update = (name: string) => `UPDATE public.parent SET name = '${name}' WHERE id = 1 RETURNING id, name`
      const startedMs = performance.now()
      expect(await run(protocol, a, update('by a'))).toEqual([[{ id: 1, name: 'by a' }]])
      expect(await run(protocol, b, update('by b'))).toEqual([[{ id: 1, name: 'by b' }]])
      tookMs.push(performance.now() - startedMs)
      expect(await run(protocol, a, 'SELECT name FROM parent WHERE id = 1')).toEqual([[{ name: 'by a' }]])
      expect(await run(protocol, b, 'SELECT name FROM public.parent WHERE id = 1')).toEqual([[{ name: 'by b' }]])
      expect(await run(protocol, winner, 'COMMIT')).toEqual(['COMMIT'])
      expect(await run(protocol, loser, 'COMMIT')).toEqual([conflict])
      const name = winner === a ? 'by a' : 'by b'
      for (const client of [a, b]) {
        expect(await run(protocol, client, 'SELECT name FROM parent WHERE id = 1')).toEqual([[{ name }]])
      }
    }
    expect(Math.min(...tookMs)).toBeLessThan(100)
  })

  it('one that comes later to a row still answers from its snapshot, and loses', async () => {
    await run(protocol, a, 'BEGIN')
    await run(protocol, a, 'SELECT * FROM parent')
    await run(protocol, b, `UPDATE parent SET name = 'by b' WHERE id = 1`)
    const update = `UPDATE parent SET code = upper(code) WHERE id IN (1, 2) RETURNING name, code`
    expect(await run(protocol, a, update)).toEqual([
      [
        { name: 'one', code: 'A' },
        { name: 'two', code: 'B' },
      ],
    ])
    expect(await run(protocol, a, 'DELETE FROM child WHERE parent = 1 RETURNING id')).toEqual([[{ id: 10 }]])
    expect(await run(protocol, a, 'COMMIT')).toEqual([conflict])
    expect(
      await run(protocol, a, 'SELECT p.name, c.id FROM parent p JOIN child c ON c.parent = p.id ORDER BY p.id'),
    ).toEqual([
      [
        { name: 'by b', id: 10 },
        { name: 'two', id: 20 },
      ],
    ])
  })

  it('a change outside of a transaction meets no lock, and the open one loses', async () => {
    await run(protocol, a, 'BEGIN')
    await run(protocol, a, `UPDATE parent SET name = 'by a' WHERE id = 1`)
    expect(await run(protocol, b, `UPDATE parent SET name = 'by b' WHERE id = 1 RETURNING name`)).toEqual([
      [{ name: 'by b' }],
    ])
    expect(await run(protocol, a, 'SELECT name FROM parent WHERE id = 1')).toEqual([[{ name: 'by a' }]])
    expect(await run(protocol, a, 'COMMIT')).toEqual([conflict])
  })

  it('constraints hold where conflicts are worked around', async () => {
    await run(protocol, a, 'BEGIN')
    await run(protocol, a, `UPDATE parent SET name = 'by a' WHERE id = 1`)
    await run(protocol, b, 'BEGIN')
    await run(protocol, b, `UPDATE parent SET name = 'by b' WHERE id = 1`)
    const taken = `INSERT INTO public.parent VALUES (9, 'x', 'a')`
    expect(await run(protocol, b, taken)).toEqual([
      '23505 duplicate key value violates unique constraint "parent_code_key"',
    ])
    expect(await run(protocol, b, 'SELECT 1')).toEqual([expect.stringMatching(/^25P02/)])
    expect(await run(protocol, b, 'COMMIT')).toEqual(['ROLLBACK'])
    expect(await run(protocol, a, 'COMMIT')).toEqual(['COMMIT'])
  })
})

it('a transaction in one script, and a prepared statement, meet conflicts alike', async () => {
  await a.query('BEGIN')
  await a.query(`UPDATE parent SET name = 'by a' WHERE id = 1`)
  const named = { name: 'named', text: 'UPDATE public.parent SET name = $1 WHERE id = $2 RETURNING name' }
  await b.query({ ...named, values: ['first', 2] })
  await b.query('BEGIN')
  expect((await b.query({ ...named, values: ['by b', 1] })).rows).toEqual([{ name: 'by b' }])
  expect((await b.query({ ...named, values: ['by b too', 2] })).rows).toEqual([{ name: 'by b too' }])
  expect(await outcome(b, 'COMMIT')).toEqual(['COMMIT'])
  expect((await b.query({ ...named, values: ['after', 3] })).rows).toEqual([{ name: 'after' }])
  expect(await outcome(a, 'COMMIT')).toEqual([conflict])
  await a.query('BEGIN')
  await a.query(`UPDATE parent SET name = 'by a' WHERE id = 1`)
  const script = `BEGIN; UPDATE parent SET name = 'scripted' WHERE id = 1; INSERT INTO child VALUES (11, 1, 0); COMMIT; SELECT 1 AS n`
  expect(await outcome(b, script)).toEqual(['BEGIN', 'UPDATE', 'INSERT', 'COMMIT', [{ n: 1 }]])
  expect(await outcome(a, 'COMMIT')).toEqual([conflict])
  expect(
    (await a.query('SELECT name, c.id FROM parent p LEFT JOIN child c ON c.parent = p.id ORDER BY p.id, c.id')).rows,
  ).toEqual([
    { name: 'scripted', id: 10 },
    { name: 'scripted', id: 11 },
    { name: 'by b too', id: 20 },
    { name: 'after', id: null },
  ])
})

it('a winner on copies leaves everything that it did: keys, references, defaults, identities', async () => {
  await a.query(
    'CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY, "Some Name" text DEFAULT $$x$$, parent int REFERENCES parent (id), j jsonb, twice int GENERATED ALWAYS AS (parent * 2) STORED)',
  )
  await a.query('CREATE TABLE keyless (n int, t text)')
  await a.query('INSERT INTO item (parent, j) VALUES (1, $${"a": [1]}$$), (2, NULL)')
  await a.query(`INSERT INTO keyless VALUES (1, 'same'), (1, 'same'), (2, NULL)`)
  await a.query('BEGIN')
  await a.query(`UPDATE parent SET name = 'by a' WHERE id = 1`)
  await b.query('BEGIN')
  await b.query(`UPDATE parent SET name = 'by b' WHERE id = 1`)
  await b.query(`INSERT INTO parent VALUES (4, 'four', 'd')`)
  await b.query(
    'UPDATE child SET parent = 4 WHERE parent = 2; UPDATE item SET parent = 4 WHERE parent = 2; DELETE FROM parent WHERE id = 2',
  )
  await b.query(`INSERT INTO parent VALUES (5, 'five', 'b')`)
  await b.query(`INSERT INTO item (parent) VALUES (5)`)
  await b.query(`DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless); INSERT INTO keyless VALUES (3, 'c')`)
  const look = async (client: pg.Client) => [
    (await client.query('SELECT * FROM parent ORDER BY id')).rows,
    (await client.query('SELECT * FROM child ORDER BY id')).rows,
    (await client.query('SELECT * FROM item ORDER BY id')).rows,
    (await client.query('SELECT * FROM keyless ORDER BY n')).rows,
  ]
  const inside = await look(b)
  expect(await outcome(b, 'COMMIT')).toEqual(['COMMIT'])
  expect(await look(b)).toEqual(inside)
  expect(inside[2]).toMatchObject([
    { id: '1', parent: 1, twice: 2 },
    { id: '2', parent: 4, twice: 8 },
    { id: '3', parent: 5 },
  ])
  expect(await outcome(a, 'COMMIT')).toEqual([conflict])
  await cluster.superuser.query('DROP TABLE item, keyless')
})

it('sixteen writers of the same rows get on, and no change of those that committed is lost', async () => {
  const clients = await Promise.all(Array.from({ length: 16 }, () => cluster.connect()))
  let committed = 0
  const work = async (client: pg.Client, own: number) => {
    for (let done = false; !done; ) {
      try {
        await client.query('BEGIN')
        await client.query('UPDATE child SET n = n + 1 WHERE id IN (10, 20)')
        await client.query('INSERT INTO child VALUES ($1, 1, 0)', [100 + own])
        await client.query('COMMIT')
        committed++
        done = true
      } catch (error) {
        expect(error).toMatchObject({ code: '40001' })
        await client.query('ROLLBACK')
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
      }
    }
  }
  await Promise.all(clients.map(work))
  expect(committed).toBe(16)
  const { rows } = await a.query('SELECT n FROM child WHERE id IN (10, 20)')
  expect(rows).toEqual([{ n: 16 }, { n: 16 }])
  expect((await a.query('SELECT count(*)::int AS n FROM child WHERE id >= 100')).rows).toEqual([{ n: 16 }])
  await Promise.all(clients.map((client) => client.end()))
}, 60_000)

/** Two transactions that are open at once; whether the second to commit loses, in either order. */
async function losers(first: string, second: string): Promise<boolean[]> {
  const lost: boolean[] = []
  for (const order of [0, 1]) {
    for (const [client, sql] of [
      [a, first],
      [b, second],
    ] as const) {
      await client.query('BEGIN')
      expect(await outcome(client, sql)).not.toEqual([expect.stringMatching(/^\d/)])
    }
    const [early, late] = order === 0 ? [a, b] : [b, a]
    expect(await outcome(early, 'COMMIT')).toEqual(['COMMIT'])
    const [last] = await outcome(late, 'COMMIT')
    expect(['COMMIT', conflict]).toContain(last)
    lost.push(last === conflict)
    await a.query('DELETE FROM child; DELETE FROM parent')
    await a.query(`INSERT INTO parent VALUES (1, 'one', 'a'), (2, 'two', 'b'), (3, 'three', 'c')`)
    await a.query('INSERT INTO child VALUES (10, 1, 0), (20, 2, 0)')
  }
  return lost
}

describe('of two open transactions the second to commit', () => {
  it.each([
    [
      'update of a row',
      'update of it',
      `UPDATE parent SET name = 'x' WHERE id = 1`,
      `UPDATE parent SET name = 'y' WHERE id = 1`,
    ],
    [
      'update of three rows',
      'update of one of them',
      `UPDATE parent SET name = 'x'`,
      `UPDATE parent SET name = 'y' WHERE id = 2`,
    ],
    ['update', 'delete', `UPDATE parent SET name = 'x' WHERE id = 3`, 'DELETE FROM parent WHERE id = 3'],
    ['delete', 'delete', 'DELETE FROM parent WHERE id = 3', 'DELETE FROM parent WHERE id = 3'],
    ['same key', 'same key', 'INSERT INTO parent VALUES (7)', 'INSERT INTO parent VALUES (7)'],
    [
      'same unique value',
      'same unique value',
      `INSERT INTO parent VALUES (7, '', 'z')`,
      `INSERT INTO parent VALUES (8, '', 'z')`,
    ],
    [
      'upsert',
      'upsert',
      ...(Array(2).fill(`INSERT INTO parent VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'u'`) as [string, string]),
    ],
    [
      'FOR UPDATE',
      'update',
      'SELECT name FROM parent WHERE id = 1 FOR UPDATE',
      `UPDATE parent SET name = 'y' WHERE id = 1`,
    ],
    [
      'FOR KEY SHARE',
      'delete',
      'SELECT name FROM parent WHERE id = 3 FOR KEY SHARE',
      'DELETE FROM parent WHERE id = 3',
    ],
    [
      'delete of a parent',
      'insert of its child',
      'DELETE FROM parent WHERE id = 3',
      'INSERT INTO child VALUES (30, 3, 0)',
    ],
    ['cascade', 'write to the child', 'DELETE FROM parent WHERE id = 1', 'UPDATE child SET n = 1 WHERE id = 10'],
  ])('loses: %s, %s', async (_first, _second, first, second) => {
    expect(await losers(first, second)).toEqual([true, true])
  })

  it.each([
    ['different rows', `UPDATE parent SET name = 'x' WHERE id = 1`, `UPDATE parent SET name = 'y' WHERE id = 2`],
    [
      'change of a parent beside its key, and its new child',
      `UPDATE parent SET name = 'x' WHERE id = 3`,
      'INSERT INTO child VALUES (30, 3, 0)',
    ],
    ['FOR KEY SHARE twice', ...(Array(2).fill('SELECT FROM parent WHERE id = 1 FOR KEY SHARE') as [string, string])],
    [
      'FOR KEY SHARE, and a change beside the key',
      'SELECT FROM parent WHERE id = 1 FOR KEY SHARE',
      `UPDATE parent SET name = 'y' WHERE id = 1`,
    ],
    ['a change, and one that reads it', `UPDATE parent SET name = 'x' WHERE id = 1`, 'SELECT * FROM parent'],
  ])('does not lose: %s', async (_what, first, second) => {
    expect(await losers(first, second)).toEqual([false, false])
  })
})
