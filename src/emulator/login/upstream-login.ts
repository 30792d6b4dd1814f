import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  int32,
  message,
  parameterStatus,
  passwordMessage,
  query,
  readParameterStatus,
  typeOf,
} from '../wire/messages.ts'
import { type StartupMessage, writeStartup } from '../wire/startup.ts'
import { nextMessage, type Wire, wire } from '../wire/wire.ts'
import { type ScramClient, scramClient } from './scram.ts'
import { dial, type Upstream } from './upstream.ts'

/** The outcome of logging in at PostgreSQL on behalf of a client that has proven who it is. */
export type UpstreamLogin =
  /** `greeting` is what the client is to read after its AuthenticationOk, up to and with ReadyForQuery. */
  | { kind: 'in'; socket: Socket; greeting: readonly Buffer[] }
  /** PostgreSQL's own ErrorResponse, such as a database that does not exist. */
  | { kind: 'refused'; error: Buffer }

/**
 * Logs in as the user of `startup`. A foreign PostgreSQL is entered as its superuser, who then becomes that user:
 * there `RESET SESSION AUTHORIZATION` leads back, settings of the role itself do not apply, and that is the price
 * of a server whose passwords are not ours.
 */
export async function logInUpstream(upstream: Upstream, startup: StartupMessage): Promise<UpstreamLogin> {
  const socket = await dial(upstream, 'trusting')
  socket.on('error', () => socket.destroy())
  const from = wire(socket)
  const user = startup.parameters.get('user') ?? ''
  const database = startup.parameters.get('database') ?? user
  const parameters = new Map(startup.parameters).set('user', upstream.kind === 'own' ? user : upstream.user)
  socket.write(writeStartup({ ...startup, parameters: parameters.set('database', database) }))

  const refused = await authenticate(from, upstream)
  const greeting = refused ?? (await untilReady(from))
  const error = greeting.find((each) => typeOf(each) === 'E')
  if (error) return leave(socket, error)
  if (upstream.kind === 'own') return enter(from, socket, greeting)

  socket.write(query(`SET SESSION AUTHORIZATION "${user.replaceAll('"', '""')}"`))
  const answer = await untilReady(from)
  const failure = answer.find((each) => typeOf(each) === 'E')
  if (failure) return leave(socket, failure)
  return enter(from, socket, [...withLatest(greeting, answer)])
}

// Generous for a greeting: NoticeResponses of login hooks are the longest part.
const maxGreetingMessage = 1_000_000

function enter(from: Wire, socket: Socket, greeting: readonly Buffer[]): UpstreamLogin {
  from.release()
  return { kind: 'in', socket, greeting }
}

function leave(socket: Socket, error: Buffer): UpstreamLogin {
  socket.end()
  return { kind: 'refused', error }
}

/** Everything up to ReadyForQuery, or up to an error that ends the connection. */
async function untilReady(from: Wire): Promise<Buffer[]> {
  const all: Buffer[] = []
  for (;;) {
    const next = await nextMessage(from, maxGreetingMessage)
    if (next === undefined) {
      if (all.some((each) => typeOf(each) === 'E')) return all
      throw new Error('PostgreSQL closed the connection during the login')
    }
    all.push(next)
    if (typeOf(next) === 'Z') return all
  }
}

/** Parameters that changed since the greeting are told once, with their present value. */
function withLatest(greeting: readonly Buffer[], later: readonly Buffer[]): readonly Buffer[] {
  const changed = new Map(later.filter((each) => typeOf(each) === 'S').map(readParameterStatus))
  return greeting.map((each) => {
    if (typeOf(each) !== 'S') return each
    const [name] = readParameterStatus(each)
    const value = changed.get(name)
    return value === undefined ? each : parameterStatus(name, value)
  })
}

/** Answers what PostgreSQL asks until it is content; what it refused with otherwise. */
async function authenticate(from: Wire, upstream: Upstream): Promise<Buffer[] | undefined> {
  const password = upstream.kind === 'foreign' ? upstream.password : ''
  let scram: ScramClient | undefined
  for (;;) {
    const next = await nextMessage(from, maxGreetingMessage)
    if (next === undefined) throw new Error('PostgreSQL closed the connection during the login')
    if (typeOf(next) === 'E') return [next]
    if (typeOf(next) !== 'R') continue
    const content = next.subarray(9)
    switch (next.readInt32BE(5)) {
      case 0:
        return undefined
      case 3:
        from.stream.write(passwordMessage(Buffer.from(`${password}\0`)))
        break
      case 5:
        from.stream.write(passwordMessage(Buffer.from(`md5${md5(md5(password + upstream.user), content)}\0`)))
        break
      case 10:
        scram = scramClient(password)
        from.stream.write(saslInitial(scram.first))
        break
      case 11:
        from.stream.write(passwordMessage(Buffer.from(scram?.final(content.toString()) ?? '')))
        break
      case 12:
        if (!scram?.verify(content.toString())) throw new Error('SCRAM: the upstream does not know the password itself')
        break
      default:
        throw new Error('The upstream asks for a kind of authentication that the emulator does not speak')
    }
  }
}

function saslInitial(first: string): Buffer {
  const text = Buffer.from(first)
  return message('p', Buffer.from('SCRAM-SHA-256\0'), int32(text.length), text)
}

function md5(text: string, salt: Uint8Array = Buffer.alloc(0)): string {
  return createHash('md5').update(text).update(salt).digest('hex')
}
