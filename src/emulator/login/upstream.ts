import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The PostgreSQL behind the emulator: its own, or one given by URL. */
export type Upstream = {
  /** A superuser, for the emulator's own questions. */
  user: string
  database: string
  host: string
  port: number
  /** The newest minor version of protocol 3 that it speaks. */
  protocolMinor: number
} & (
  | /** Our own: its socket trusts everybody. */ { kind: 'own' }
  | /** Somebody's: only the superuser of the URL can be logged in without a password. */ {
      kind: 'foreign'
      password: string
    }
)

/** Dials; `how` picks the trusting Unix socket or the TCP port that asks for passwords, where both exist. */
export async function dial(upstream: Upstream, how: 'trusting' | 'asking'): Promise<Socket> {
  const { host, port } = upstream
  const socket = host.startsWith('/')
    ? how === 'trusting'
      ? connect(`${host}/.s.PGSQL.${port}`)
      : connect(port, '127.0.0.1')
    : connect(port, host)
  socket.setNoDelay(true)
  await once(socket, 'connect')
  return socket
}

/**
 * Reads the URL of a foreign PostgreSQL.
 * @throws Error when it is not a usable superuser URL; the message repeats no part of it that may be secret.
 */
export function parseUpstream(url: string): Omit<Extract<Upstream, { kind: 'foreign' }>, 'protocolMinor'> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.username === '' || parsed.hostname === '') {
    throw new Error('The upstream is not a PostgreSQL URL.\nHint: postgresql://SUPERUSER:PASSWORD@HOST:PORT/DATABASE')
  }
  const sslmode = parsed.searchParams.get('sslmode') ?? 'disable'
  if (!['disable', 'allow', 'prefer'].includes(sslmode)) {
    throw new Error(
      `The upstream is reached without TLS, so sslmode=${sslmode} cannot be kept.\nHint: use a server on this machine or in the same container network.`,
    )
  }
  const text = (part: string) => decodeURIComponent(part)
  return {
    kind: 'foreign',
    user: text(parsed.username),
    password: text(parsed.password),
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || 5432),
    database: text(parsed.pathname.slice(1)) || 'postgres',
  }
}
