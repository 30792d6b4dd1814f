import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prismaConnection } from '../../src/adapter/connection.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

let server: TestPostgres
let client: InstanceType<ReturnType<typeof prismaConnection>>
let written: string[]

beforeAll(async () => {
  server = await testPostgres()
  await (await server.connect()).query('CREATE TABLE item (id int PRIMARY KEY, name text)')
})
afterAll(() => server.stop())
beforeEach(async () => {
  client = connection()
  await client.connect()
  written = []
  const { stream } = (client as unknown as { connection: pg.Connection }).connection
  const writev = stream._writev?.bind(stream)
  stream._writev = (chunks, done) => {
    written.push(chunks.map(({ chunk }) => String.fromCharCode(chunk[0])).join(''))
    writev?.(chunks, done)
  }
  const write = stream._write.bind(stream)
  stream._write = (chunk, encoding, done) => {
    written.push(String.fromCharCode(chunk[0]))
    write(chunk, encoding, done)
  }
})
afterEach(async () => {
  await client.end()
  await (await server.connect()).query('TRUNCATE item')
})

const connection = (config: pg.ClientConfig = {}) => {
  const { host, port, superuser: user } = server
  return new (prismaConnection(pg.Client))({ host, port, user, ...config })
}
const request = (text: string, values: unknown[] = [], name = ''): pg.QueryArrayConfig => ({
  text,
  values,
  name,
  types: pg.types,
  rowMode: 'array',
})
const ask = (text: string, values: unknown[] = [], name = '') => client.query(request(text, values, name))
const failed = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: pg.DatabaseError) => error,
  )
const status = () => client.getTransactionStatus()

describe('a transaction of Prisma', () => {
  it('begins with its first statement, in one write', async () => {
    client.expectBegin()
    await ask('BEGIN')
    expect(written).toEqual([])
    expect((await ask('INSERT INTO item VALUES ($1, $2)', [1, 'one'])).rowCount).toBe(1)
    expect(written).toEqual(['PBEPBDES'])
    expect(status()).toBe('T')
    await ask('ROLLBACK')
    expect((await ask('SELECT count(*)::int FROM item WHERE id = $1', [1])).rows).toEqual([[0]])
  })

  it('begins by itself where its first statement has no parameters, which could not be skipped', async () => {
    client.expectBegin()
    await ask('BEGIN')
    expect((await ask(`SELECT 1 AS one; SELECT 2`)) as unknown).toHaveLength(2)
    expect(written).toEqual(['Q', 'Q'])
    expect(status()).toBe('T')
  })

  it('begins with the level that is asked for', async () => {
    client.expectBegin()
    await ask('BEGIN')
    await ask('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE')
    const { rows } = await ask(`SELECT current_setting($1)`, ['transaction_isolation'])
    expect(rows).toEqual([['serializable']])
    expect(written).toEqual(['PBEPBDES'])
  })

  it.each(['COMMIT', 'ROLLBACK'])('that did nothing sends nothing, at its %s either', async (end) => {
    client.expectBegin()
    await ask('BEGIN')
    await ask(end)
    expect(written).toEqual([])
    await ask('INSERT INTO item VALUES ($1, $2)', [1, 'one'])
    expect(status()).toBe('I')
  })

  it('that cannot begin does nothing, whatever comes in it', async () => {
    client.expectBegin()
    await ask('BEGIN')
    await ask('SET TRANSACTION ISOLATION LEVEL SNAPSHOT')
    for (const [name, id] of [...`aab`].entries()) {
      const error = await failed(ask('INSERT INTO item VALUES ($1, $2)', [name, id], `insert ${id}`))
      expect(error.message).toContain('SNAPSHOT')
      expect((await failed(ask(`INSERT INTO item VALUES (${name})`))).message).toContain('SNAPSHOT')
    }
    await ask('COMMIT')
    expect((await ask('SELECT FROM item')).rowCount).toBe(0)
    expect((await ask('INSERT INTO item VALUES ($1, $2)', [1, 'one'], 'insert a')).rowCount).toBe(1)
  })

  it('begins with the second statement when the first could not be sent', async () => {
    for (const text of ['SELECT $1::int', 'SELECT $1::text']) {
      client.expectBegin()
      await ask('BEGIN')
      await (text.endsWith('int') ? ask(text, [1], 'mine') : failed(ask(text, [1], 'mine')))
      await ask('INSERT INTO item VALUES ($1, $2)', [1, 'one'])
      expect(status()).toBe('T')
      await ask('ROLLBACK')
    }
  })

  it('that its user ended is over, as with `pg`', async () => {
    client.expectBegin()
    await ask('BEGIN')
    await ask('commit')
    await ask('INSERT INTO item VALUES ($1, $2)', [1, 'one'])
    expect(status()).toBe('I')
  })

  it('whose first statement was given up is ended behind that statement', async () => {
    await client.end()
    client = connection({ query_timeout: 200 })
    await client.connect()
    client.expectBegin()
    await ask('BEGIN')
    const text = 'INSERT INTO item SELECT $1::int, $2::text FROM pg_sleep(0.3)'
    expect((await failed(ask(text, [1, 'one']))).message).toBe('Query read timeout')
    await ask('COMMIT')
    expect((await ask('SELECT FROM item')).rowCount).toBe(1)
    expect(status()).toBe('I')
  })

  it('never begins in the next hands when its own gave it back unused', async () => {
    client.expectBegin()
    await ask('BEGIN')
    client.forgetBegin()
    await ask('INSERT INTO item VALUES ($1, $2)', [1, 'one'])
    expect(status()).toBe('I')
  })

  it('is open and failed when its first statement fails', async () => {
    client.expectBegin()
    await ask('BEGIN')
    // An error is told before the session is ready again.
    const next = new Promise((resolve) => {
      const done = ({ message }: Error) => resolve([message, failed(ask('SELECT $1::int', [1]))])
      Reflect.apply(client.query, client, [request('SELECT $1::int / 0', [1]), undefined, done])
    })
    const [message, error] = (await next) as [string, Promise<Error>]
    expect(message).toBe('division by zero')
    expect(await error).toMatchObject({ code: '25P02' })
    expect(written).toEqual(['PBEPBDES', 'PBDES'])
    await ask('ROLLBACK')
    expect(status()).toBe('I')
  })
})

it('a BEGIN that nobody announced is sent as it is', async () => {
  await ask('BEGIN')
  expect(status()).toBe('T')
})

describe('a prepared statement', () => {
  const types = 'SELECT $1::int AS n, $2::text AS t, $3::bytea AS b, $4::int[] AS list, NULL AS nothing'
  const values = [7, 'sieben', Buffer.from('7'), [7, 8]]
  const rows = [[7, 'sieben', Buffer.from('7'), [7, 8], null]]

  it('is parsed and described once, and answers the same without', async () => {
    const first = await ask(types, values, 'types')
    const second = await ask(types, values, 'types')
    expect(written).toEqual(['PBDES', 'BES'])
    expect([first.rows, second.rows]).toEqual([rows, rows])
    expect(second.fields).toEqual(first.fields)
    expect(second.fields.map(({ name }) => name)).toEqual(['n', 't', 'b', 'list', 'nothing'])
  })

  it('that returns no rows is described once, too', async () => {
    for (const id of [1, 2]) await ask('INSERT INTO item VALUES ($1, $2)', [id, 'x'], 'insert')
    expect(written).toEqual(['PBDES', 'BES'])
  })

  it('that is new in a transaction is described where it is parsed', async () => {
    client.expectBegin()
    await ask('BEGIN')
    await ask(types, values, 'types')
    expect((await ask(types, values, 'types')).rows).toEqual(rows)
    expect(written).toEqual(['PBEPBDES', 'BES'])
  })

  it('is described again when it failed before it was', async () => {
    expect(await failed(ask('SELECT $1::int', ['x'], 'number'))).toMatchObject({ code: '22P02' })
    expect((await ask('SELECT $1::int', [1], 'number')).rows).toEqual([[1]])
    expect((await ask('SELECT $1::int', [2], 'number')).rows).toEqual([[2]])
    expect(written).toEqual(['PBDES', 'BDES', 'BES'])
  })

  it('is parsed again when the server could not parse it', async () => {
    expect(await failed(ask('SELECT name FROM later WHERE id = $1', [1], 'later'))).toMatchObject({ code: '42P01' })
    expect(await failed(ask('SELECT name FROM later WHERE id = $1', [1], 'later'))).toMatchObject({ code: '42P01' })
    expect(written).toEqual(['PBDES', 'PBDES'])
  })

  it('is refused under a name that another text has', async () => {
    await ask('SELECT $1::int', [1], 'twice')
    expect((await failed(ask('SELECT $1::text', [1], 'twice'))).message).toBe(
      "Prepared statements must be unique - 'twice' was used for a different statement",
    )
    expect((await ask('SELECT $1::int', [2], 'twice')).rows).toEqual([[2]])
  })

  it('fails when a migration has changed what it returns, and never answers by the old columns', async () => {
    const other = await server.connect()
    await other.query('CREATE TABLE changing (id int, at date)')
    const text = 'SELECT * FROM changing WHERE id <> $1'
    for (const id of [1, 2]) await ask(text, [id], 'changing')
    await other.query('ALTER TABLE changing ALTER at TYPE text; INSERT INTO changing VALUES (7, $$x$$)')
    expect(await failed(ask(text, [1], 'changing'))).toMatchObject({ code: '0A000' })
    expect((await ask(text, [1], 'again')).rows).toEqual([[7, 'x']])
  })
})

describe('a statement with parameters', () => {
  it('that no parameter can be made of is not run, and its transaction goes on', async () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    client.expectBegin()
    await ask('BEGIN')
    expect((await failed(ask('SELECT $1::json', [circle], 'json'))).message).toContain('circular')
    expect(written).toEqual(['PBEPS'])
    expect((await ask('SELECT $1::json', [1], 'json')).rows).toEqual([[1]])
    expect(status()).toBe('T')
  })

  it('shows itself to tracers of `pg` as a query does, and ends by the callback that they wrap', async () => {
    const seen: unknown[] = []
    class Traced extends pg.Client {}
    Object.assign(Traced.prototype, {
      query(...asked: unknown[]) {
        const done = asked.pop() as (...told: unknown[]) => void
        const { text, values, name } = asked[0] as pg.QueryConfig
        const end = (...told: unknown[]) => {
          seen.push({ text, values, name })
          done(...told)
        }
        return Reflect.apply(pg.Client.prototype.query, this, [...asked, end])
      },
    })
    await client.end()
    const { host, port, superuser: user } = server
    client = new (prismaConnection(Traced))({ host, port, user })
    await client.connect()
    client.expectBegin()
    await ask('BEGIN')
    await ask('SELECT $1::int', [1], 'one')
    expect(seen).toEqual([{ text: 'SELECT $1::int', values: [1], name: 'one' }])
  })

  it('whose answer cannot be read fails, and the connection goes on', async () => {
    const getTypeParser = () => () => {
      throw new Error('unreadable')
    }
    const config = { text: 'SELECT $1::int', values: [1], types: { getTypeParser }, rowMode: 'array' }
    expect((await failed(client.query(config as unknown as pg.QueryConfig))).message).toBe('unreadable')
    expect((await ask('SELECT $1::int', [1])).rows).toEqual([[1]])
  })

  it('is given up at `query_timeout`', async () => {
    await client.end()
    client = connection({ query_timeout: 50 })
    await client.connect()
    expect((await failed(ask('SELECT pg_sleep($1)', [0.2]))).message).toBe('Query read timeout')
  })

  it('is answered when the connection breaks', async () => {
    client.on('error', () => undefined)
    const other = await server.connect()
    const { rows } = await ask('SELECT pg_backend_pid(), $1::int', [1])
    const slow = failed(ask('SELECT pg_sleep($1)', [30]))
    await other.query('SELECT pg_terminate_backend($1)', [(rows[0] as unknown as [number])[0]])
    expect(await slow).toMatchObject({ code: '57P01' })
  })
})
