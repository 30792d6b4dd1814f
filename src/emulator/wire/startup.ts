/** What stands in front of a PostgreSQL connection, before any typed message. */
export type Startup =
  /** More bytes are needed to tell. */
  | { kind: 'incomplete' }
  /** A TLS handshake without asking first (PostgreSQL 17's `sslnegotiation=direct`). */
  | { kind: 'direct-tls' }
  | { kind: 'ssl-request'; length: number }
  | { kind: 'gssenc-request'; length: number }
  | { kind: 'cancel-request'; length: number; key: Buffer }
  | { kind: 'startup'; length: number; startup: StartupMessage }
  /** Not a PostgreSQL client, or a broken one. */
  | { kind: 'malformed'; detail: string }

/** Who wants in, and where to. */
export interface StartupMessage {
  major: number
  minor: number
  /** In the order sent; `user` and `database` among them. */
  parameters: ReadonlyMap<string, string>
}

/** Reads the first message from the front of `bytes`, which may hold less or more than one. */
export function readStartup(bytes: Buffer): Startup {
  if (bytes.length === 0) return { kind: 'incomplete' }
  if (bytes[0] === tlsHandshake) return { kind: 'direct-tls' }
  // A length that is too long shows in its first bytes; waiting for all four would keep a stray HTTP client waiting.
  if (bytes[0] !== 0 || (bytes[1] ?? 0) !== 0) return { kind: 'malformed', detail: 'invalid length of startup packet' }
  if (bytes.length < 4) return { kind: 'incomplete' }
  const length = bytes.readInt32BE(0)
  if (length < 8 || length > maxLength) return { kind: 'malformed', detail: 'invalid length of startup packet' }
  if (bytes.length < length) return { kind: 'incomplete' }
  return readWhole(bytes.subarray(0, length), length)
}

/** Writes a startup message as a client sends it. */
export function writeStartup({ major, minor, parameters }: StartupMessage): Buffer {
  const pairs = [...parameters].flat()
  const body = Buffer.from(`${[...pairs, ''].join('\0')}\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(head.length + body.length, 0)
  head.writeInt16BE(major, 4)
  head.writeInt16BE(minor, 6)
  return Buffer.concat([head, body])
}

const tlsHandshake = 0x16
// MAX_STARTUP_PACKET_LENGTH of PostgreSQL (libpq/pqcomm.h).
const maxLength = 10_000
// Request codes are "versions" of major 1234 (libpq/pqcomm.h).
const requestMajor = 1234
const requests = { cancel: 5678, ssl: 5679, gssenc: 5680 }

function readWhole(message: Buffer, length: number): Startup {
  const major = message.readUInt16BE(4)
  const minor = message.readUInt16BE(6)
  if (major !== requestMajor) return readParameters(message, length, major, minor)
  if (minor === requests.cancel) return { kind: 'cancel-request', length, key: Buffer.from(message.subarray(8)) }
  if (length !== 8) return { kind: 'malformed', detail: 'invalid length of startup packet' }
  if (minor === requests.ssl) return { kind: 'ssl-request', length }
  if (minor === requests.gssenc) return { kind: 'gssenc-request', length }
  return { kind: 'malformed', detail: `unknown request code ${minor}` }
}

function readParameters(message: Buffer, length: number, major: number, minor: number): Startup {
  const parameters = new Map<string, string>()
  // Version 2 knows no name-value pairs; the refusal of the version is all that its client will read.
  if (major !== 3) return { kind: 'startup', length, startup: { major, minor, parameters } }
  const body = message.subarray(8).toString('utf8')
  const parts = body.split('\0')
  // A well-formed body ends in the NUL of the last value and one more: two empty parts.
  const terminated = parts.pop() === '' && parts.pop() === ''
  if (!terminated || parts.length % 2 !== 0 || parts.some((part, index) => index % 2 === 0 && part === '')) {
    return { kind: 'malformed', detail: 'invalid startup packet layout' }
  }
  for (let index = 0; index < parts.length; index += 2) parameters.set(parts[index] ?? '', parts[index + 1] ?? '')
  return { kind: 'startup', length, startup: { major, minor, parameters } }
}
