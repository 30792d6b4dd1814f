import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFrameReader } from '../../../src/emulator/wire/frames.ts'
import { message } from '../../../src/emulator/wire/messages.ts'
import { type TestCluster, testCluster } from './cluster.ts'

let cluster: TestCluster
let wire: Wire
let other: Wire | undefined
beforeAll(async () => {
  cluster = await testCluster()
})
afterAll(() => cluster?.stop())
beforeEach(async () => {
  wire = await open(cluster.port)
})
afterEach(async () => {
  wire.socket.destroy()
  other?.socket.destroy()
  await cluster.superuser.query('DROP TABLE IF EXISTS a, b')
})

const multiple = 'E0A000 multiple ddl statements not supported in a transaction'
const mixed = 'E0A000 ddl and dml are not supported in the same transaction'

describe('a pipeline of the extended protocol', () => {
  it('is one transaction to its Sync, in which a second DDL statement undoes the first', async () => {
    const { answers } = await wire.ask(
      ...run('CREATE TABLE a (id int)'),
      ...run('CREATE TABLE b (id int)'),
      ...run('SELECT 1'),
      sync,
    )
    expect(answers).toEqual(['1', '2', 'CCREATE TABLE', '1', '2', multiple, 'ZI'])
    expect((await wire.ask(...run(`SELECT to_regclass('a') IS NULL`), sync)).answers).toEqual([
      '1',
      '2',
      'Dt',
      'CSELECT 1',
      'ZI',
    ])
  })

  it('may hold several transactions, each to its own Sync, all sent at once', async () => {
    const { answers } = await wire.ask(
      ...[...run('CREATE TABLE a (id int)'), sync, ...run('INSERT INTO a VALUES (1)'), sync, ...run('BEGIN'), sync],
      ...[...run('INSERT INTO a VALUES (2)'), sync, ...run('DROP TABLE a'), sync, ...run('SELECT 1'), sync],
      ...[...run('COMMIT'), sync, query('SELECT count(*) FROM a')],
    )
    expect(answers).toEqual([
      ...['1', '2', 'CCREATE TABLE', 'ZI', '1', '2', 'CINSERT 0 1', 'ZI', '1', '2', 'CBEGIN', 'ZT'],
      ...['1', '2', 'CINSERT 0 1', 'ZT', '1', '2', mixed, 'ZE'],
      ...['E25P02 current transaction is aborted, commands ignored until end of transaction block', 'ZE'],
      ...['1', '2', 'CROLLBACK', 'ZI', 'T', 'D1', 'CSELECT 1', 'ZI'],
    ])
  })

  it('takes into a transaction what comes with its BEGIN: nobody waits for it, and who is second loses at COMMIT', async () => {
    await wire.ask(query('CREATE TABLE a (id int PRIMARY KEY, n int)'))
    await wire.ask(query('INSERT INTO a VALUES (1, 0)'))
    other = await open(cluster.port)
    const change = [...run('BEGIN'), ...run('UPDATE a SET n = n + 1'), sync]
    const changed = ['1', '2', 'CBEGIN', '1', '2', 'CUPDATE 1', 'ZT']
    expect((await wire.ask(...change)).answers).toEqual(changed)
    expect((await other.ask(...change)).answers).toEqual(changed)
    expect((await other.ask(query('COMMIT'))).answers).toEqual(['CCOMMIT', 'ZI'])
    expect((await wire.ask(query('COMMIT'))).answers).toEqual([expect.stringMatching(/^E40001 .*OC000/), 'ZI'])
  })

  it('skips what comes with a BEGIN that is refused', async () => {
    const { answers } = await wire.ask(
      ...run('BEGIN ISOLATION LEVEL SERIALIZABLE'),
      ...run('CREATE TABLE a (id int)'),
      sync,
      query(`SELECT to_regclass('a') IS NULL`),
    )
    expect(answers).toEqual([expect.stringMatching(/^E/), 'ZI', 'T', 'Dt', 'CSELECT 1', 'ZI'])
  })

  it('skips to Sync behind a refused Parse, also one with parameters', async () => {
    const { answers } = await wire.ask(
      parse('', 'SELECT pg_advisory_lock($1)'),
      bind('', '', '7'),
      execute(''),
      ...run('SELECT 1'),
      sync,
      ...run('SELECT 2'),
      sync,
    )
    expect(answers).toEqual(['E0A000 function pg_advisory_lock not supported', 'ZI', '1', '2', 'D2', 'CSELECT 1', 'ZI'])
  })

  it('answers Flush without a Sync', async () => {
    wire.send(parse('s', 'CREATE TABLE a (id int)'), message('H'))
    expect(await wire.read(1)).toEqual(['1'])
    wire.send(bind('', 's'), execute(''), message('H'))
    expect(await wire.read(2)).toEqual(['2', 'CCREATE TABLE'])
    wire.send(...run('INSERT INTO a VALUES (1)'), message('H'))
    expect(await wire.read(3)).toEqual(['1', '2', mixed])
    expect((await wire.ask(sync)).answers).toEqual(['ZI'])
  })

  it('that a Query breaks off is finished first', async () => {
    wire.send(...run('CREATE TABLE a (id int)'), query('SELECT 1'))
    expect(await wire.read(7)).toEqual(['1', '2', 'CCREATE TABLE', 'T', 'D1', 'CSELECT 1', 'ZI'])
    wire.send(parse('', 'nonsense'), query('SELECT 2'), sync)
    expect(await wire.read(6)).toEqual([
      'E42601 syntax error at or near "nonsense"',
      'T',
      'D2',
      'CSELECT 1',
      'ZI',
      'ZI',
    ])
  })
})

describe('a prepared statement', () => {
  it('is judged whenever it is executed, and stays prepared when that is refused', async () => {
    await wire.ask(parse('drop', 'DROP TABLE IF EXISTS a'), sync)
    const drop = [bind('', 'drop'), execute('')]
    expect((await wire.ask(...drop, sync)).answers).toEqual(['2', 'N', 'CDROP TABLE', 'ZI'])
    expect((await wire.ask(...drop, ...drop, sync)).answers).toEqual(['2', 'N', 'CDROP TABLE', '2', multiple, 'ZI'])
    expect((await wire.ask(...drop, sync)).answers).toEqual(['2', 'N', 'CDROP TABLE', 'ZI'])
  })

  it('describes CREATE INDEX ASYNC as one column job_id, and its tag is CREATE INDEX', async () => {
    await wire.ask(query('CREATE TABLE a (id int)'))
    const { answers, whole } = await wire.ask(
      parse('i', 'CREATE INDEX ASYNC i ON a (id)'),
      message('D', Buffer.from('Si\0')),
      bind('p', 'i'),
      execute('p'),
      sync,
    )
    expect(answers.map((each) => each.replace(/^D.*/, 'D'))).toEqual(['1', 't', 'T', '2', 'D', 'CCREATE INDEX', 'ZI'])
    expect(whole[2]?.includes('job_id')).toBe(true)
  })

  it('whose name is taken or that failed to parse does not shadow another', async () => {
    await wire.ask(parse('s', 'CREATE TABLE IF NOT EXISTS a (id int)'), sync)
    expect((await wire.ask(parse('s', 'SELECT 1'), sync)).answers[0]).toMatch(/^E42P05/)
    expect((await wire.ask(parse('t', 'SELECT nowhere FROM nowhere'), sync)).answers[0]).toMatch(/^E42P01/)
    expect(
      (
        await wire.ask(
          parse('t', 'SELECT 5'),
          bind('', 't'),
          execute(''),
          bind('', 's'),
          execute(''),
          bind('', 's'),
          execute(''),
          sync,
        )
      ).answers,
    ).toEqual(['1', '2', 'D5', 'CSELECT 1', '2', 'CCREATE TABLE', '2', multiple, 'ZI'])
    expect(
      (await wire.ask(message('C', Buffer.from('Ss\0')), parse('s', 'SELECT 6'), bind('', 's'), execute(''), sync))
        .answers,
    ).toEqual(['3', '1', '2', 'D6', 'CSELECT 1', 'ZI'])
  })

  it('that failed to parse is forgotten', async () => {
    await wire.ask(parse('t', 'SELECT nowhere FROM nowhere'), sync)
    const view = [bind('', 't'), execute('')]
    const { answers } = await wire.ask(parse('t', 'DROP TABLE IF EXISTS a'), ...view, ...view, sync)
    expect(answers).toEqual(['1', '2', 'N', 'CDROP TABLE', '2', multiple, 'ZI'])
  })

  it('that is fetched in portions completes once', async () => {
    const portal = [parse('', 'SELECT generate_series(1, 3)'), bind('p', ''), execute('p', 2), execute('p', 2)]
    const { answers } = await wire.ask(...portal, ...run('CREATE TABLE a (id int)'), sync)
    expect(answers).toEqual(['1', '2', 'D1', 'D2', 's', 'D3', 'CSELECT 1', '1', '2', 'CCREATE TABLE', 'ZI'])
    const index = [parse('', 'CREATE INDEX ASYNC ON a (id)'), bind('p', ''), execute('p', 1), execute('p', 1)]
    const job = await wire.ask(...index, ...run('DROP TABLE a'), sync)
    expect(job.answers.map((each) => each.replace(/^D.*/, 'D'))).toEqual([
      '1',
      '2',
      'D',
      's',
      'CCREATE INDEX',
      '1',
      '2',
      multiple,
      'ZI',
    ])
  })
})

describe('COPY', () => {
  const rows = [message('d', Buffer.from('1\n')), message('d', Buffer.from('2\n'))]

  it('takes rows in the simple protocol and counts as DML', async () => {
    await wire.ask(query('CREATE TABLE a (id int)'))
    wire.send(query('COPY a FROM STDIN'))
    expect(await wire.read(1)).toEqual(['G'])
    expect((await wire.ask(...rows, message('c'))).answers).toEqual(['CCOPY 2', 'ZI'])
    expect((await wire.ask(query('BEGIN; CREATE TABLE b (id int); COPY a FROM STDIN'))).answers).toEqual([
      'CBEGIN',
      'CCREATE TABLE',
      mixed,
      'ZE',
    ])
  })

  it('takes rows in the extended protocol, where a Sync among them is ignored', async () => {
    await wire.ask(query('CREATE TABLE a (id int)'))
    wire.send(...run('COPY a FROM STDIN'), sync)
    expect(await wire.read(3)).toEqual(['1', '2', 'G'])
    expect((await wire.ask(...rows, message('c'), sync)).answers).toEqual(['CCOPY 2', 'ZI'])
    expect((await wire.ask(query('COPY a TO STDOUT'))).answers).toEqual(['H', 'd', 'd', 'c', 'CCOPY 2', 'ZI'])
  })

  it('leaves what is sent behind it under the rules', async () => {
    await wire.ask(query('CREATE TABLE a (id int)'))
    const refused = ['E0A000 unsupported statement: Truncate', 'ZI']
    wire.send(...run('COPY a FROM STDIN'), message('H'))
    await wire.read(3)
    expect((await wire.ask(...rows, message('c'), sync, query('TRUNCATE a'))).answers).toEqual([
      'CCOPY 2',
      'ZI',
      ...refused,
    ])
    wire.send(...run('COPY a FROM STDIN'), message('H'))
    await wire.read(3)
    wire.send(message('d', Buffer.from('x\n')))
    expect(await wire.read(1)).toEqual(['E22P02 invalid input syntax for type integer: "x"'])
    expect((await wire.ask(sync, query('TRUNCATE a'))).answers).toEqual(['ZI', ...refused])
  })

  it('that fails or is given up ends in order', async () => {
    await wire.ask(query('CREATE TABLE a (id int)'))
    for (const start of [[query('COPY a FROM STDIN')], [...run('COPY a FROM STDIN'), message('H')]]) {
      const extended = start.length > 1
      wire.send(...start)
      await wire.read(extended ? 3 : 1)
      const { answers } = await wire.ask(message('f', Buffer.from('enough\0')), ...(extended ? [sync] : []))
      expect(answers).toEqual(['E57014 COPY from stdin failed: enough', 'ZI'])
      wire.send(...start)
      await wire.read(extended ? 3 : 1)
      const broken = await wire.ask(message('d', Buffer.from('x\n')), message('c'), ...(extended ? [sync] : []))
      expect(broken.answers).toEqual(['E22P02 invalid input syntax for type integer: "x"', 'ZI'])
    }
    expect((await wire.ask(query('SELECT count(*) FROM a'))).answers).toContain('D0')
  })
})

it('a Query without a statement, and one with rubbish, are answered as PostgreSQL does', async () => {
  expect((await wire.ask(query(''))).answers).toEqual(['I', 'ZI'])
  expect((await wire.ask(query(' -- nothing\n;;'))).answers).toEqual(['I', 'ZI'])
  expect((await wire.ask(query(`SELECT 'open`))).answers[0]).toMatch(/^E42601 unterminated quoted string/)
  expect((await wire.ask(query(`SELECT E'a' -- b\n '\\'; TRUNCATE a;'`))).answers).toEqual([
    'T',
    "Da'; TRUNCATE a;",
    'CSELECT 1',
    'ZI',
  ])
  expect((await wire.ask(query('SELECT 1/0; SELECT 1'))).answers).toEqual(['E22012 division by zero', 'ZI'])
  for (const deep of ['('.repeat(20_000), 'NOT '.repeat(20_000), `1${' UNION SELECT 1'.repeat(20_000)}`]) {
    expect((await wire.ask(query(`SELECT ${deep}`))).answers.at(-1)).toBe('ZI')
    expect((await wire.ask(query('TRUNCATE a'))).answers[0]).toBe('E0A000 unsupported statement: Truncate')
  }
})

it('a SHOW that DSQL answers itself has its own tag, among others too, and in every protocol', async () => {
  const tags = async (...messages: Buffer[]) =>
    (await wire.ask(...messages)).answers.filter((each) => each.startsWith('C'))
  const show = 'SHOW server_version'
  expect(await tags(query(`SELECT 1; ${show}; SELECT 2`))).toEqual(['CSELECT 1', 'CSHOW', 'CSELECT 1'])
  expect(await tags(...run('SELECT 1'), ...run(show), ...run('SELECT 2'), sync)).toEqual([
    'CSELECT 1',
    'CSHOW',
    'CSELECT 1',
  ])
})

interface Wire {
  socket: Socket
  send(...messages: Buffer[]): void
  /** The next `count` messages in short: the type, and what it says where that matters. */
  read(count: number): Promise<string[]>
  /** Sends, and reads to as many ReadyForQuery as were asked for. */
  ask(...messages: Buffer[]): Promise<{ answers: string[]; whole: Buffer[] }>
}

async function open(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const reader = createFrameReader(1 << 24)
  const received: Buffer[] = []
  let wake = () => {}
  socket.on('data', (chunk) => {
    reader.read(chunk, (each) => received.push(each))
    wake()
  })
  const next = async (): Promise<Buffer> => {
    for (;;) {
      const whole = received.shift()
      if (whole) return whole
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no answer within 3 s')), 3000)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const untilReady = async (times: number): Promise<Buffer[]> => {
    const whole: Buffer[] = []
    for (let left = times; left > 0; ) {
      const each = await next()
      whole.push(each)
      if (each[0] === 0x5a) left--
    }
    return whole
  }
  const parameters = Buffer.from('user\0admin\0database\0postgres\0\0')
  const head = Buffer.alloc(8)
  head.writeInt32BE(parameters.length + 8)
  head.writeInt32BE(196_608, 4)
  socket.write(Buffer.concat([head, parameters]))
  await untilReady(1)
  return {
    socket,
    send: (...messages) => void socket.write(Buffer.concat(messages)),
    async read(count) {
      const whole: Buffer[] = []
      while (whole.length < count) whole.push(await next())
      return whole.map(short)
    },
    async ask(...messages) {
      socket.write(Buffer.concat(messages))
      const closers = messages.filter((each) => ['S', 'Q'].includes(String.fromCharCode(each[0] ?? 0)))
      const whole = await untilReady(closers.length || 1)
      return { answers: whole.map(short), whole }
    },
  }
}

function short(whole: Buffer): string {
  const type = String.fromCharCode(whole[0] ?? 0)
  const body = whole.subarray(5)
  if (type === 'E') {
    const fields = body.toString().split('\0')
    const field = (name: string) => fields.find((each) => each.startsWith(name))?.slice(1)
    return `E${field('C')} ${field('M')}`
  }
  if (type === 'C') return `C${body.toString('utf8', 0, body.length - 1)}`
  if (type === 'Z') return `Z${body.toString()}`
  return type === 'D' ? `D${body.toString('utf8', 6)}` : type
}

const sync = message('S')

function query(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`))
}

function parse(name: string, sql: string): Buffer {
  return message('P', Buffer.from(`${name}\0${sql}\0\0\0`))
}

function bind(portal: string, statement: string, ...values: string[]): Buffer {
  const size = (value: number, bytes: 2 | 4) => {
    const buffer = Buffer.alloc(bytes)
    buffer.writeUIntBE(value, 0, bytes)
    return buffer
  }
  const parameters = values.flatMap((value) => [size(Buffer.byteLength(value), 4), Buffer.from(value)])
  return message(
    'B',
    Buffer.from(`${portal}\0${statement}\0`),
    size(0, 2),
    size(values.length, 2),
    ...parameters,
    size(0, 2),
  )
}

function execute(portal: string, rows = 0): Buffer {
  const limit = Buffer.alloc(4)
  limit.writeInt32BE(rows)
  return message('E', Buffer.from(`${portal}\0`), limit)
}

function run(sql: string): Buffer[] {
  return [parse('', sql), bind('', ''), execute('')]
}
