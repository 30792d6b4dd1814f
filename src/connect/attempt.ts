import type pg from 'pg'
import { PrismaIamError } from '../errors.ts'
import { events } from '../events.ts'
import type { Attempt, Door } from './door.ts'

type Connect = (callback: (error: Error | null) => void) => void

/** Connects a client when its turn has come, tells once how that ended, and remembers how far it came. */
export function attemptConnect(
  client: pg.Client,
  connect: Connect,
  door: Door,
  callback: (error?: Error) => void,
): void {
  const { place, timeoutMs } = door
  const startedAt = performance.now()
  const progress = watch(client)
  const finish = once((error: Error | null) => {
    if (error === null) {
      if (door.tokens) door.openedAt = door.clock()
      events.connectionOpened.publish({ ...place, tookMs: performance.now() - startedAt })
      callback()
      return
    }
    const phase = phaseOf(progress, client)
    const isLate = timeoutMs > 0 && performance.now() - startedAt >= timeoutMs - 5
    const told = isLate && !('code' in error) ? tooLate(phase, door, error) : error
    door.attempts.set(told, { phase, token: door.tokens && sentSecret(client) })
    // `pg` leaves the socket of a login open whose password function failed (pg 8.23).
    client.connection.stream.destroy()
    events.connectionRefused.publish({ ...place, phase, error: told })
    callback(told)
  })
  const start = () => {
    progress.phase = 'tcp'
    connect(finish)
  }
  const waitMs = door.pace(timeoutMs || Number.POSITIVE_INFINITY)
  if (waitMs > 0) events.connectionPaced.publish({ ...place, waitMs })
  if (waitMs === 0) start()
  else if (timeoutMs > 0 && waitMs > timeoutMs) process.nextTick(finish, outOfTurns(waitMs, door))
  else setTimeout(start, waitMs)
}

/** `pg` can tell of one failure twice: when the socket was cut, and when the password comes after all. */
function once<Value>(callback: (value: Value) => void): (value: Value) => void {
  let called = false
  return (value) => {
    if (called) return
    called = true
    callback(value)
  }
}

interface Progress {
  phase: Attempt['phase']
}

function watch({ connection }: pg.Client): Progress {
  const progress: Progress = { phase: 'turn' }
  connection.once('connect', () => {
    progress.phase = 'tls'
  })
  for (const way of ['authenticationCleartextPassword', 'authenticationMD5Password', 'authenticationSASL'])
    connection.once(way, () => {
      progress.phase = 'credentials'
    })
  return progress
}

function phaseOf({ phase }: Progress, client: pg.Client): Attempt['phase'] {
  return phase === 'credentials' && sentSecret(client) !== undefined ? 'login' : phase
}

/** `pg` puts the answer of a password function where the function was. */
function sentSecret(client: pg.Client): string | undefined {
  const password: unknown = client.password
  return typeof password === 'string' ? password : undefined
}

function tooLate(phase: Attempt['phase'], { place, timeoutMs }: Door, cause: Error): PrismaIamError {
  const message = `no connection to ${place.host} within ${timeoutMs} ms: ${waitingFor[phase].what}`
  return new PrismaIamError('PRISMA_IAM_CONNECT_TIMEOUT', message, { hint: waitingFor[phase].hint, cause })
}

const network = 'check that the network leads there: security groups, route, VPN or tunnel, port'

const waitingFor: Record<Attempt['phase'], { what: string; hint: string }> = {
  turn: { what: 'it was waiting for its turn', hint: 'open fewer connections at once, or raise `pacing`' },
  tcp: { what: 'TCP was not answered', hint: network },
  tls: { what: 'TCP was answered, TLS or PostgreSQL behind it was not', hint: network },
  credentials: {
    what: 'the source of the AWS credentials or of the password gave no answer',
    hint: 'see why the provider hangs (STS, SSO, IMDS, ECS or your own), or raise `pool.connectionTimeoutMillis`',
  },
  login: { what: 'the server did not answer the login', hint: 'see whether the server is overloaded or restarting' },
}

function outOfTurns(waitMs: number, { place, timeoutMs }: Door): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_CONNECT_TIMEOUT',
    `no connection to ${place.host} within ${timeoutMs} ms: so many are being opened that the turn of this one comes after ${Math.ceil(waitMs)} ms`,
    { hint: waitingFor.turn.hint },
  )
}
