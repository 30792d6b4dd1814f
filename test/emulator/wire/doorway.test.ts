import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, type EmulatorEvent, startEmulator } from '../../../src/emulator/index.ts'
import { message, passwordMessage, query, typeOf } from '../../../src/emulator/wire/messages.ts'
import { writeStartup } from '../../../src/emulator/wire/startup.ts'
import { nextMessage, wire } from '../../../src/emulator/wire/wire.ts'
import { connectAs, rdsToken } from '../clients.ts'

const requests = { cancel: 5678, ssl: 5679, gssenc: 5680 }
let emulator: Emulator
let watcher: pg.Client
const events: EmulatorEvent[] = []

beforeAll(async () => {
  emulator = await startEmulator({ service: 'rds', loginTimeoutMs: 2_000, onEvent: (event) => events.push(event) })
  watcher = await connectAs(emulator, { password: await rdsToken(emulator) })
})
afterAll(async () => {
  await watcher?.end()
  await emulator?.stop()
})

describe('ways in', () => {
  test('direct TLS with ALPN "postgresql" and protocol 3.2, as libpq 18 comes', async () => {
    const stream = await secure(await dial(), { ALPNProtocols: ['postgresql'] })
    const { key, last } = await logIn(stream, 2)
    expect(key.length).toBeGreaterThan(9)
    expect(last).toEqual(message('Z', Buffer.from('I')))
    stream.destroy()
  })

  test('GSS encryption is declined, then TLS', async () => {
    const raw = await dial()
    raw.write(request(requests.gssenc))
    expect((await once(raw, 'data'))[0]).toEqual(Buffer.from('N'))
    const stream = await upgrade(raw)
    await logIn(stream, 0)
    stream.destroy()
  })

  test('a newer minor version and unknown protocol options are negotiated down before the password', async () => {
    const stream = await upgrade(await dial())
    const { negotiated } = await logIn(stream, 9, { '_pq_.future': 'on' })
    expect(negotiated?.readInt32BE(5)).toBe((3 << 16) | 2)
    expect(negotiated?.subarray(9).toString()).toBe('\0\0\0\u0001_pq_.future\0')
    stream.destroy()
  })

  test('a startup that arrives byte by byte', async () => {
    const stream = await upgrade(await dial())
    const { last } = await logIn(stream, 0, {}, async (bytes) => {
      for (const byte of bytes) {
        stream.write(Buffer.from([byte]))
        await sleep(0)
      }
    })
    expect(last).toEqual(message('Z', Buffer.from('I')))
    stream.destroy()
  })

  test('fifty clients at once', async () => {
    const token = await rdsToken(emulator)
    const clients = await Promise.all(Array.from({ length: 50 }, () => connectAs(emulator, { password: token })))
    const pids = await Promise.all(
      clients.map(async (each) => (await each.query('SELECT pg_backend_pid() AS pid')).rows[0].pid),
    )
    expect(new Set(pids).size).toBe(50)
    await Promise.all(clients.map((each) => each.end()))
  })
})

describe('a cancel request', () => {
  test.each(['plain', 'inside TLS', 'inside direct TLS'])('%s ends the query of its own backend only', async (how) => {
    const [victim, neighbour] = [await secured(), await secured()]
    const stays = sleepOn(neighbour.stream, 1)
    const ends = sleepOn(victim.stream, 20)
    await sleep(100)
    const started = performance.now()
    await cancel(how, victim.key)
    expect(await ends).toBe('57014')
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(await stays).toBeUndefined()
    victim.stream.destroy()
    neighbour.stream.destroy()
  })

  test('with a key that was not given out here is ignored', async () => {
    const victim = await secured()
    const key = Buffer.from(victim.key)
    key[key.length - 1] = (key.at(-1) ?? 0) ^ 1
    const stays = sleepOn(victim.stream, 0.5)
    await cancel('plain', key)
    expect(await stays).toBeUndefined()
    expect(events.findLast((event) => event.type === 'cancel')).toEqual({ type: 'cancel', known: false })
    victim.stream.destroy()
  })

  test('for a session that has ended is ignored', async () => {
    const { stream, key } = await secured()
    stream.end(message('X'))
    await once(stream, 'close')
    await expect.poll(() => backends()).toBe(1)
    await cancel('plain', key)
    expect(events.findLast((event) => event.type === 'cancel')).toEqual({ type: 'cancel', known: false })
  })
})

describe('hostile and broken clients are let go, and the emulator lives on', () => {
  test.each<[string, (raw: Socket) => void]>([
    ['an HTTP request', (raw) => raw.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['noise in place of a handshake', (raw) => raw.write(Buffer.concat([Buffer.from([0x16]), randomBytes(500)]))],
    [
      'GSS encryption asked for twice',
      (raw) => raw.write(Buffer.concat([request(requests.gssenc), request(requests.gssenc)])),
    ],
    ['a length of 10,001', (raw) => raw.write(Buffer.from([0, 0, 0x27, 0x11, 0, 3, 0, 0]))],
    ['an early goodbye', (raw) => raw.end()],
    ['a reset', (raw) => raw.resetAndDestroy()],
    ['silence', () => {}],
    ['half a startup and silence', (raw) => raw.write(Buffer.from([0, 0, 0, 50, 0, 3]))],
  ])('%s', async (_what, act) => {
    const raw = await dial()
    const closed = once(raw.resume(), 'close')
    act(raw)
    await closed
    await expect(watcher.query('SELECT 1')).resolves.toMatchObject({ rowCount: 1 })
  })

  test('bytes behind SSLRequest, before the handshake: not even the "S" is said', async () => {
    const raw = await dial()
    const heard: Buffer[] = []
    raw.on('data', (chunk: Buffer) => heard.push(chunk))
    raw.write(Buffer.concat([request(requests.ssl), request(requests.cancel, Buffer.alloc(8))]))
    await once(raw, 'close')
    expect(heard).toEqual([])
  })

  test('direct TLS without ALPN', async () => {
    const stream = await secure(await dial(), {})
    await once(stream.resume(), 'close')
    expect(events.findLast((event) => event.type === 'gone')).toMatchObject({ detail: expect.stringContaining('ALPN') })
  })

  test('SSLRequest once more inside TLS', async () => {
    const stream = await upgrade(await dial())
    stream.write(request(requests.ssl))
    await once(stream.resume(), 'close')
  })

  test('silence when the token is asked for', async () => {
    const stream = await upgrade(await dial())
    stream.write(writeStartup({ major: 3, minor: 0, parameters: new Map([['user', 'postgres']]) }))
    await once(stream.resume(), 'close')
  })

  test.each([
    ['protocol 2', 2, {}, '0A000'],
    ['a startup without a user', 3, { database: 'postgres' }, '28000'],
  ])('%s is told why', async (_what, major, parameters, code) => {
    const stream = await upgrade(await dial())
    stream.write(writeStartup({ major, minor: 0, parameters: new Map(Object.entries(parameters)) }))
    expect(errorCode(await read(stream))).toBe(code)
    await once(stream.resume(), 'close')
  })

  test.each([
    ['a query in place of the token', query('SELECT 1')],
    ['a token of 70,000 bytes', passwordMessage(Buffer.alloc(70_000, 'x'))],
    ['a token without an end', passwordMessage(Buffer.from('shop'))],
    ['an empty token', passwordMessage(Buffer.from('\0'))],
  ])('%s', async (_what, answer) => {
    const stream = await upgrade(await dial())
    stream.write(writeStartup({ major: 3, minor: 0, parameters: new Map([['user', 'postgres']]) }))
    await read(stream)
    stream.write(answer)
    expect(['08P01', '28000', '08006']).toContain(errorCode(await read(stream)))
    await once(stream.resume(), 'close')
  })

  test('1,000 random first messages', async () => {
    for (let batch = 0; batch < 20; batch++) {
      const all = Array.from({ length: 50 }, async () => {
        const raw = await dial()
        const closed = once(raw.resume(), 'close')
        raw.end(randomBytes(1 + Math.floor(Math.random() * 60)))
        await closed
      })
      await Promise.all(all)
    }
    expect((await watcher.query('SELECT 1')).rowCount).toBe(1)
  })

  test('nothing of all this leaves a backend behind', async () => {
    await expect.poll(() => backends(), { timeout: 5_000 }).toBe(1)
  })
})

async function dial(): Promise<Socket> {
  const raw = connect(emulator.port, '127.0.0.1')
  raw.on('error', () => {})
  await once(raw, 'connect')
  return raw
}

function request(minor: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + body.length, 0)
  head.writeUInt16BE(1234, 4)
  head.writeUInt16BE(minor, 6)
  return Buffer.concat([head, body])
}

async function secure(socket: Socket, options: ConnectionOptions): Promise<Duplex> {
  const stream = tlsConnect({ socket, ca: emulator.ca, servername: emulator.signHost, ...options })
  stream.on('error', () => {})
  await once(stream, 'secureConnect')
  return stream
}

async function upgrade(raw: Socket): Promise<Duplex> {
  raw.write(request(requests.ssl))
  expect((await once(raw, 'data'))[0]).toEqual(Buffer.from('S'))
  return secure(raw, {})
}

async function read(stream: Duplex): Promise<Buffer> {
  const from = wire(stream)
  const whole = await nextMessage(from, 1_000_000)
  from.release()
  if (!whole) throw new Error('the emulator closed the connection')
  return whole
}

async function logIn(
  stream: Duplex,
  minor: number,
  more: Record<string, string> = {},
  write: (bytes: Buffer) => unknown = (bytes) => stream.write(bytes),
) {
  const parameters = new Map(Object.entries({ user: 'postgres', database: 'postgres', ...more }))
  await write(writeStartup({ major: 3, minor, parameters }))
  let next = await read(stream)
  const negotiated = typeOf(next) === 'v' ? next : undefined
  if (negotiated) next = await read(stream)
  expect(next).toEqual(message('R', Buffer.from([0, 0, 0, 3])))
  await write(passwordMessage(Buffer.from(`${await rdsToken(emulator)}\0`)))
  let key: Buffer = Buffer.alloc(0)
  let last = await read(stream)
  for (; typeOf(last) !== 'Z'; last = await read(stream)) if (typeOf(last) === 'K') key = last.subarray(5)
  return { key, last, negotiated }
}

async function secured(): Promise<{ stream: Duplex; key: Buffer }> {
  const stream = await upgrade(await dial())
  return { stream, key: (await logIn(stream, 2)).key }
}

/** Answers the SQLSTATE that the sleep ended with, if it did not end well. */
async function sleepOn(stream: Duplex, seconds: number): Promise<string | undefined> {
  stream.write(query(`SELECT pg_sleep(${seconds})`))
  let code: string | undefined
  for (let next = await read(stream); typeOf(next) !== 'Z'; next = await read(stream)) {
    if (typeOf(next) === 'E') code = errorCode(next)
  }
  return code
}

async function cancel(how: string, key: Buffer): Promise<void> {
  const raw = await dial()
  const direct = { ALPNProtocols: ['postgresql'] }
  const stream = how === 'plain' ? raw : how === 'inside TLS' ? await upgrade(raw) : await secure(raw, direct)
  const closed = once(stream.resume(), 'close')
  stream.write(request(requests.cancel, key))
  await closed
}

function errorCode(whole: Buffer): string | undefined {
  const fields = whole.subarray(5).toString().split('\0')
  return fields.find((field) => field.startsWith('C'))?.slice(1)
}

async function backends(): Promise<number> {
  const { rows } = await watcher.query<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename = 'postgres'`,
  )
  return rows[0]?.count ?? 0
}
