import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { createFlow } from './flow.ts'
import { createFrameReader } from './frames.ts'
import type { Hold } from './hold.ts'
import { fatal, message, oneOf } from './messages.ts'

/** What stands between a client and PostgreSQL; every message is whole: type byte, length, body. */
export interface Filter {
  fromClient(message: Buffer): void
  fromServer(message: Buffer): void
  /** Whether the server's next message, of this type, goes to the client as it is; the filter is then not told of it. */
  asIs?(type: number): boolean
  /** The connection has ended. */
  end?(): void
}

/** Where a filter sends whole messages to. */
export interface FilterEnds {
  toServer(message: Buffer): void
  toClient(message: Buffer): void
}

/** How one connection is relayed. */
export interface RelayOptions {
  /** The longest message in bytes that a client may send. */
  maxClientMessage: number
  filter: (ends: FilterEnds) => Filter
  hold: Hold
}

/** Hands whole messages on in both directions, through the filter, until PostgreSQL has ended. */
export async function relay(client: Duplex, server: Duplex, options: RelayOptions): Promise<void> {
  const towardsServer = createFlow(client, server, options.hold)
  const towardsClient = createFlow(server, client, options.hold)
  const filter = options.filter({
    toServer(each) {
      const [type] = each
      if (isGoodbye(type)) towardsServer.end(each)
      else towardsServer.write(each, wantsAnswer(type))
    },
    toClient(each) {
      towardsClient.write(each, isReady(each[0]))
    },
  })

  const fromClient = createFrameReader(options.maxClientMessage)
  client.on('data', (chunk: Buffer) => {
    try {
      fromClient.read(chunk, filter.fromClient)
    } catch {
      towardsClient.end(fatal({ code: '08P01', message: 'invalid message length' }))
      server.destroy()
    }
  })
  // A client that just leaves is taken for one that says goodbye, behind everything that it sent before.
  client.once('end', () => filter.fromClient(message('X')))
  client.once('close', () => {
    if (!client.readableEnded) server.destroy()
  })

  const fromServer = createFrameReader(maxServerMessage)
  server.on('data', (chunk: Buffer) => {
    fromServer.read(chunk, filter.fromServer, filter.asIs, (messages) => towardsClient.write(messages))
  })
  if (!server.destroyed) await once(server, 'close')
  filter.end?.()
}

const isGoodbye = oneOf('X')
const wantsAnswer = oneOf('QSH')
const isReady = oneOf('Z')

// PostgreSQL's own bound for any message.
const maxServerMessage = 0x3fff_ffff
