import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createDsqlSession } from '../dsql/session.ts'
import { createFrameReader } from './frames.ts'
import { fatal, message, typeOf } from './messages.ts'

/** Hands bytes on in both directions until both sides have ended; a side that breaks takes the other with it. */
export async function relay(client: Duplex, server: Duplex): Promise<void> {
  await Promise.allSettled([pipeline(client, server), pipeline(server, client)])
}

/** Hands whole messages on in both directions, through the rules of DSQL, until PostgreSQL has ended. */
export async function relayDsql(client: Duplex, server: Duplex, user: string): Promise<void> {
  const session = createDsqlSession({
    user,
    toServer(each) {
      if (!server.writable) return
      if (!server.write(each)) client.pause()
      if (typeOf(each) === 'X') server.end()
    },
    toClient(each) {
      if (client.writable && !client.write(each)) server.pause()
    },
  })
  client.on('drain', () => server.resume())
  server.on('drain', () => client.resume())

  const fromClient = createFrameReader(maxClientMessage)
  client.on('data', (chunk: Buffer) => {
    try {
      for (const each of fromClient.push(chunk)) session.fromClient(each)
    } catch {
      client.end(fatal({ code: '08P01', message: 'invalid message length' }))
      server.destroy()
    }
  })
  // A client that just leaves is taken for one that says goodbye, behind everything that it sent before.
  client.once('end', () => session.fromClient(message('X')))
  client.once('close', () => {
    server.resume()
    if (!client.readableEnded) server.destroy()
  })

  const fromServer = createFrameReader(maxServerMessage)
  server.on('data', (chunk: Buffer) => {
    for (const each of fromServer.push(chunk)) session.fromServer(each)
  })
  if (!server.destroyed) await once(server, 'close')
}

// "Protocol message 10 MiB" (DSQL quotas, 2026); the documentation's text for a longer one is this FATAL.
const maxClientMessage = 10 * 1024 * 1024
// PostgreSQL's own bound for any message.
const maxServerMessage = 0x3fff_ffff
