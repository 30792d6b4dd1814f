import type { Socket } from 'node:net'
import type { EmulatorEvent } from '../events.ts'
import type { Cancels } from '../wire/cancel.ts'
import * as messages from '../wire/messages.ts'
import { writeStartup } from '../wire/startup.ts'
import { nextMessage, type Wire, wire } from '../wire/wire.ts'
import type { Gate, Visitor, Way } from './gate.ts'
import { dial, type Upstream } from './upstream.ts'
import { logInUpstream } from './upstream-login.ts'

/** What a login is decided with. */
export interface LoginOptions {
  gate: Gate
  upstream: Upstream
  cancels: Cancels
  onEvent: (event: EmulatorEvent) => void
  /** Changes a message of PostgreSQL's greeting on its way to the client. */
  greeting: (message: Buffer) => Buffer
  /** What PostgreSQL is told beside the client's own startup parameters, once a token has opened the door. */
  settings: Readonly<Record<string, string>>
}

/** A client that is in: both ends stand at the first byte after the login. */
export interface Session {
  client: Wire
  server: Socket
  user: string
  /** The backend's, as BackendKeyData told it; undefined when it told none. */
  processId: number | undefined
  /** Forgets the session's cancel key. */
  forget: () => void
}

/** Takes a visitor through authentication; undefined when the visitor was refused (and told so) or left. */
export async function logIn(visitor: Visitor, client: Wire, options: LoginOptions): Promise<Session | undefined> {
  const { gate, upstream, onEvent } = options
  const refuse = (error: messages.ServerError, reason: string, detail: string) => {
    onEvent({ type: 'refused', user: visitor.user, reason, detail })
    client.stream.end(messages.fatal(error))
    return undefined
  }
  const broken = protocolError(visitor, upstream)
  if (broken) return refuse(broken, 'protocol', broken.message)
  const spoken = negotiate(visitor, client, upstream)
  const way: Way = await gate.way(spoken)
  if (way.kind === 'refused') return refuse(way.error, way.reason, way.detail)
  if (way.kind === 'password') return passThrough(spoken, client, options)

  client.stream.write(messages.askCleartextPassword())
  const answer = await nextMessage(client, maxAuthMessage)
  if (answer === undefined) {
    onEvent({ type: 'gone', detail: 'the client left when it was asked for a token' })
    return undefined
  }
  const token = messages.readPassword(answer)
  if (token === undefined) {
    return refuse({ code: '08P01', message: 'invalid password packet' }, 'protocol', 'no PasswordMessage')
  }
  const verdict = await gate.judge(spoken, token)
  if (verdict.kind === 'refused') return refuse(verdict.error, verdict.reason, verdict.detail)
  return enter(spoken, client, verdict.arn, options)
}

// PG_MAX_AUTH_TOKEN_LENGTH of PostgreSQL 16 (libpq/auth.h).
const maxAuthMessage = 65_535

function protocolError({ startup, user }: Visitor, upstream: Upstream): messages.ServerError | undefined {
  const { major, minor } = startup
  if (major !== 3) {
    const range = `server supports 3.0 to 3.${upstream.protocolMinor}`
    return { code: '0A000', message: `unsupported frontend protocol ${major}.${minor}: ${range}` }
  }
  if (user === '') return { code: '28000', message: 'no PostgreSQL user name specified in startup packet' }
  return undefined
}

/** Settles on a minor version before PostgreSQL is asked, since the token comes first. */
function negotiate(visitor: Visitor, client: Wire, upstream: Upstream): Visitor {
  const { startup } = visitor
  const unknown = [...startup.parameters.keys()].filter((name) => name.startsWith('_pq_.'))
  const minor = Math.min(startup.minor, upstream.protocolMinor)
  if (minor === startup.minor && unknown.length === 0) return visitor
  client.stream.write(messages.negotiateProtocolVersion(minor, unknown))
  const parameters = new Map([...startup.parameters].filter(([name]) => !unknown.includes(name)))
  return { ...visitor, startup: { ...startup, minor, parameters } }
}

async function enter(
  visitor: Visitor,
  client: Wire,
  arn: string,
  { upstream, cancels, onEvent, greeting, settings }: LoginOptions,
): Promise<Session | undefined> {
  const { user, startup } = visitor
  const parameters = new Map([...startup.parameters, ...Object.entries(settings)])
  const login = await logInUpstream(upstream, { ...startup, parameters })
  if (login.kind === 'refused') {
    onEvent({ type: 'failed', user, detail: messages.errorText(login.error) })
    client.stream.end(login.error)
    return undefined
  }
  const key = login.greeting.find((each) => messages.typeOf(each) === 'K')
  const forget = key ? cancels.remember(key) : () => {}
  client.stream.write(Buffer.concat([messages.authenticationOk(), ...login.greeting.map(greeting)]))
  onEvent({ type: 'login', user, database: startup.parameters.get('database') || user, arn })
  return { client, server: login.socket, user, processId: key?.readInt32BE(5), forget }
}

/** PostgreSQL asks and judges; both sides' messages are handed over until it is ready for queries. */
async function passThrough(
  { user, startup }: Visitor,
  client: Wire,
  { upstream, cancels, onEvent }: LoginOptions,
): Promise<Session | undefined> {
  const server = await dial(upstream, 'asking')
  server.on('error', () => server.destroy())
  server.write(writeStartup(startup))
  const from = wire(server)
  let forget = () => {}
  let processId: number | undefined
  for (;;) {
    const next = await nextMessage(from, 1_000_000)
    if (next === undefined) {
      client.stream.end()
      return undefined
    }
    client.stream.write(next)
    const type = messages.typeOf(next)
    if (type === 'E') onEvent({ type: 'failed', user, detail: messages.errorText(next) })
    if (type === 'K') {
      forget = cancels.remember(next)
      processId = next.readInt32BE(5)
    }
    if (type === 'Z') break
    if (type !== 'R' || !isQuestion(next)) continue
    const answer = await nextMessage(client, maxAuthMessage)
    if (answer === undefined) {
      server.destroy()
      return undefined
    }
    server.write(answer)
  }
  from.release()
  onEvent({ type: 'login', user, database: startup.parameters.get('database') || user })
  return { client, server, user, processId, forget }
}

/** AuthenticationOk and AuthenticationSASLFinal want no answer. */
function isQuestion(authentication: Buffer): boolean {
  return ![0, 12].includes(authentication.readInt32BE(5))
}
