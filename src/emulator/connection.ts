import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import type { Visitor } from './login/gate.ts'
import { type LoginOptions, logIn, type Session } from './login/login.ts'
import { receive } from './wire/doorway.ts'
import { fatal } from './wire/messages.ts'

/** What every connection of an emulator shares. */
export interface ConnectionOptions extends LoginOptions {
  context: SecureContext
  /** How long a client may take from its first byte to the end of its login. */
  loginTimeoutMs: number
  /** Takes over when the client is in, until it has left. */
  run: (session: Session) => Promise<void>
}

/** Serves one client from its first byte to its last; never throws. */
export async function serve(raw: Socket, options: ConnectionOptions): Promise<void> {
  const { onEvent, cancels } = options
  raw.setNoDelay(true)
  raw.on('error', () => raw.destroy())
  const address = (raw.remoteAddress ?? '').replace(/^::ffff:/, '')
  let stream: Duplex = raw
  const timer = setTimeout(() => stream.destroy(), options.loginTimeoutMs)
  try {
    const arrival = await receive(raw, options.context, (secure) => (stream = secure))
    if (arrival.kind === 'gone') {
      onEvent({ type: 'gone', detail: arrival.detail })
      stream.destroy()
      return
    }
    if (arrival.kind === 'cancel') {
      onEvent({ type: 'cancel', known: await cancels.forward(arrival.key) })
      stream.end()
      return
    }
    const { from, startup, encrypted, serverName } = arrival
    const visitor: Visitor = { user: startup.parameters.get('user') ?? '', startup, address, encrypted, serverName }
    const session = await logIn(visitor, from, options)
    clearTimeout(timer)
    if (!session) return farewell(stream)
    await stay(session, options)
  } catch (error) {
    onEvent({ type: 'gone', detail: error instanceof Error ? error.message : String(error) })
    // The text is the emulator's own: there is no AWS behind it that could have one.
    if (stream.writable) stream.end(fatal({ code: '08006', message: 'the emulator could not serve this connection' }))
    farewell(stream)
  } finally {
    clearTimeout(timer)
  }
}

async function stay(session: Session, options: ConnectionOptions): Promise<void> {
  const { client, server, forget } = session
  client.release()
  try {
    await options.run(session)
  } finally {
    forget()
    server.destroy()
    farewell(client.stream)
  }
}

/** Lets the last words arrive: closing with unread bytes would reset the connection under them. */
function farewell(stream: Duplex): void {
  stream.resume()
  if (!stream.writableEnded) stream.end()
  const timer = setTimeout(() => stream.destroy(), 1_000)
  timer.unref()
  stream.once('close', () => clearTimeout(timer))
}
