import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../../../src/emulator/dsql/parser.ts'
import { createDsqlSession } from '../../../src/emulator/dsql/session.ts'
import { createHold } from '../../../src/emulator/wire/hold.ts'
import { errorText, message, query, typeOf } from '../../../src/emulator/wire/messages.ts'
import { type RelayOptions, relay } from '../../../src/emulator/wire/relay.ts'

const ready = message('Z', Buffer.from('I'))

describe('messages', () => {
  test('go both ways', async () => {
    const { client, server, done } = connected((near, far) => relay(near, far, plain()))
    client.write(query('SELECT 1'))
    expect((await once(server, 'data'))[0]).toEqual(query('SELECT 1'))
    server.write(Buffer.concat([message('C'), ready]))
    const answer = collect(client)
    await expect.poll(() => Buffer.concat(answer)).toEqual(Buffer.concat([message('C'), ready]))
    server.destroy()
    client.destroy()
    await done
  })

  test('stop when one side breaks, and the other is broken off too', async () => {
    const { near, far, done } = connected((a, b) => relay(a, b, plain()))
    near.destroy()
    await done
    expect(far.destroyed).toBe(true)
  })

  test('wait while the line is held, in both directions, and then all arrive', async () => {
    const options = plain()
    const { client, server, done } = connected((near, far) => relay(near, far, options))
    const asked = collect(server)
    const answered = collect(client)
    options.hold.set(true)
    for (let sent = 0; sent < 50; sent++) client.write(query('x'.repeat(10_000)))
    server.write(ready)
    await sleep(20)
    expect([asked, answered]).toEqual([[], []])
    options.hold.set(false)
    await expect.poll(() => Buffer.concat(asked).length).toBe(50 * query('x'.repeat(10_000)).length)
    expect(Buffer.concat(answered)).toEqual(ready)
    client.destroy()
    await done
  })

  test('that are longer than the service takes end the connection with its text', async () => {
    const { client, server, done } = connected((near, far) => relay(near, far, { ...plain(), maxClientMessage: 100 }))
    const answer = collect(client)
    client.write(query('x'.repeat(100)))
    await done
    expect(errorText(Buffer.concat(answer))).toBe('invalid message length')
    server.destroy()
  })
})

describe('messages of DSQL', () => {
  beforeAll(() => loadParser())

  test('arrive whole and in order, split at every byte', async () => {
    const { client, server, done } = connected((near, far) => relay(near, far, dsql()))
    const seen = collect(server)
    const sent = Buffer.concat([message('P', Buffer.from('\0SELECT 1\0\0\0')), message('S')])
    for (const byte of sent) {
      client.write(Buffer.from([byte]))
      await setImmediate()
    }
    expect(Buffer.concat(seen)).toEqual(sent)
    server.destroy()
    client.destroy()
    await done
  })

  test('that a client sent before it left are done, and the goodbye comes behind them', async () => {
    const { client, server, far, done } = connected((near, end) => relay(near, end, dsql()))
    const seen = collect(server)
    client.end(Buffer.concat([query('SELECT 1'), query('SELECT 2')]))
    for (let answered = 0; answered < 2; answered++) {
      await expect.poll(() => seen.length).toBe(answered + 1)
      server.write(ready)
    }
    await once(server, 'end')
    expect(seen.map(typeOf)).toEqual(['Q', 'Q', 'X'])
    server.end()
    far.destroy()
    await done
  })

  test('of one answer leave in one write, with the word that the session is ready', async () => {
    const { client, server, done } = connected((near, far) => relay(near, far, dsql()))
    const seen = collect(client)
    server.resume()
    client.write(query('SELECT 1'))
    const answer = Buffer.concat([message('C', Buffer.from('SELECT 1\0')), ready])
    await sleep(10)
    server.write(answer)
    await expect.poll(() => seen.length).toBeGreaterThan(0)
    expect(seen).toEqual([answer])
    server.destroy()
    client.destroy()
    await done
  })

  test('are not taken from a client faster than PostgreSQL reads them', async () => {
    const { client, server, near, done } = connected((end, far) => relay(end, far, dsql()))
    const row = message('d', Buffer.alloc(100_000))
    for (let rows = 0; rows < 50; rows++) client.write(row)
    await setImmediate()
    expect(near.isPaused()).toBe(true)
    let received = 0
    server.on('data', (chunk: Buffer) => (received += chunk.length))
    await expect.poll(() => received).toBe(50 * row.length)
    server.destroy()
    client.destroy()
    await done
  })
})

function plain(): RelayOptions {
  const filter: RelayOptions['filter'] = ({ toServer, toClient }) => ({ fromClient: toServer, fromServer: toClient })
  return { maxClientMessage: 1_000_000, filter, hold: createHold(false) }
}

function dsql(): RelayOptions {
  return { ...plain(), filter: (ends) => createDsqlSession({ user: 'admin', ...ends }) }
}

/** client ⇄ near [relay] far ⇄ server */
function connected(run: (near: Duplex, far: Duplex) => Promise<void>) {
  const [client, near] = duplexPair()
  const [far, server] = duplexPair()
  for (const stream of [client, near, far, server]) stream.on('error', () => {})
  // What a socket does by itself: its end of the line goes when both directions have ended.
  server.once('close', () => far.destroy())
  client.once('close', () => near.destroy())
  return { client, server, near, far, done: run(near, far) }
}

function collect(stream: Duplex): Buffer[] {
  const seen: Buffer[] = []
  stream.on('data', (chunk: Buffer) => seen.push(chunk))
  return seen
}
