import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import { readStartup, type Startup, type StartupMessage } from './startup.ts'
import { type Wire, wire } from './wire.ts'

/** What a connection turned out to be. */
export type Arrival =
  /** It ended or broke the protocol before it said what it wants. */
  | { kind: 'gone'; detail: string }
  | { kind: 'cancel'; from: Wire; key: Buffer }
  | { kind: 'login'; from: Wire; startup: StartupMessage; encrypted: boolean; serverName: string | undefined }

/**
 * Leads a new connection through the plain requests and the TLS handshake to its first real message.
 * `onStream` is told when TLS takes the place of the plain socket: from then on that is what is to be destroyed.
 */
export async function receive(
  raw: Socket,
  context: SecureContext,
  onStream: (stream: TLSSocket) => void,
): Promise<Arrival> {
  const plain = wire(raw)
  let gssAsked = false
  for (;;) {
    const request = await firstMessage(plain)
    switch (request.kind) {
      case 'gssenc-request':
        if (gssAsked) return gone('GSS encryption was asked for twice')
        gssAsked = true
        plain.consume(request.length)
        raw.write('N')
        break
      case 'ssl-request':
        plain.consume(request.length)
        // CVE-2021-23214: bytes that were sent before the handshake are not the encrypted client's.
        if (plain.held().length > 0 || raw.readableLength > 0) return gone('bytes came behind SSLRequest, before TLS')
        raw.write('S')
        return inside(await handshake(raw, context, onStream), 'negotiated')
      case 'direct-tls':
        plain.release()
        return inside(await handshake(raw, context, onStream), 'direct')
      case 'cancel-request':
        return { kind: 'cancel', from: plain, key: request.key }
      case 'startup':
        plain.consume(request.length)
        return { kind: 'login', from: plain, startup: request.startup, encrypted: false, serverName: undefined }
      default:
        return gone(request.kind === 'malformed' ? request.detail : 'the client went away')
    }
  }
}

function gone(detail: string): Arrival {
  return { kind: 'gone', detail }
}

async function firstMessage(from: Wire): Promise<Startup> {
  for (;;) {
    const request = readStartup(from.held())
    if (request.kind !== 'incomplete') return request
    if (!(await from.more())) return request
  }
}

async function handshake(
  raw: Socket,
  secureContext: SecureContext,
  onStream: (stream: TLSSocket) => void,
): Promise<TLSSocket | undefined> {
  const stream = new TLSSocket(raw, { isServer: true, secureContext, ALPNProtocols: ['postgresql'] })
  stream.on('error', () => stream.destroy())
  onStream(stream)
  const outcome = new AbortController()
  const { signal } = outcome
  const secure = once(stream, 'secure', { signal }).then(() => stream)
  const closed = once(stream, 'close', { signal }).then(() => undefined)
  try {
    return await Promise.race([secure, closed])
  } finally {
    outcome.abort()
    await Promise.allSettled([secure, closed])
  }
}

async function inside(stream: TLSSocket | undefined, how: 'negotiated' | 'direct'): Promise<Arrival> {
  if (!stream) return gone('the TLS handshake failed')
  // Without ALPN another protocol's client could be talked into this port; PostgreSQL 17 wants it for direct TLS too.
  if (how === 'direct' && stream.alpnProtocol !== 'postgresql') return gone('direct TLS without ALPN "postgresql"')
  const from = wire(stream)
  const request = await firstMessage(from)
  if (request.kind === 'cancel-request') return { kind: 'cancel', from, key: request.key }
  if (request.kind !== 'startup') return gone(`${request.kind} inside TLS`)
  from.consume(request.length)
  const serverName = typeof stream.servername === 'string' ? stream.servername : undefined
  return { kind: 'login', from, startup: request.startup, encrypted: true, serverName }
}
