import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../../../src/emulator/dsql/parser.ts'
import { message, query, typeOf } from '../../../src/emulator/wire/messages.ts'
import { relay, relayDsql } from '../../../src/emulator/wire/relay.ts'

const ready = message('Z', Buffer.from('I'))

describe('bytes', () => {
  test('go both ways, and an end on either side ends the other', async () => {
    const { client, server, done } = connected((near, far) => relay(near, far))
    client.write('question')
    expect(String((await once(server, 'data'))[0])).toBe('question')
    const answer = collect(client)
    const ended = once(client, 'end')
    server.end('answer')
    await ended
    expect(String(Buffer.concat(answer))).toBe('answer')
    client.end()
    await done
  })

  test('stop when one side breaks, and the other is broken off too', async () => {
    const { near, far, done } = connected((a, b) => relay(a, b))
    near.destroy()
    await done
    expect(far.destroyed).toBe(true)
  })
})

describe('messages of DSQL', () => {
  beforeAll(() => loadParser())

  test('arrive whole and in order, split at every byte', async () => {
    const { client, server, done } = connected((near, far) => relayDsql(near, far, 'admin'))
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
    const { client, server, far, done } = connected((near, end) => relayDsql(near, end, 'admin'))
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

  test('are not taken from a client faster than PostgreSQL reads them', async () => {
    const { client, server, near, done } = connected((end, far) => relayDsql(end, far, 'admin'))
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
