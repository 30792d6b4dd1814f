import type pg from 'pg'
import { events } from '../events.ts'
import type { Attempt, Door, Progress } from './door.ts'
import { explainLateness, explainTurn } from './late.ts'

type Connect = (callback: (error: Error | null) => void) => void

/** Connects a client when its turn has come, tells once how that ended, and remembers how far it came. */
export function attemptConnect(
  client: pg.Client,
  connect: Connect,
  door: Door,
  callback: (error?: Error) => void,
): void {
  const { place, timeoutMs } = door
  const progress = watch(client)
  door.opening.add(progress)
  const finish = once((failure: Error | null) => {
    door.opening.delete(progress)
    const tookMs = performance.now() - progress.startedAt
    if (failure === null) {
      door.stuckIn = undefined
      if (door.tokens) door.openedAt = door.clock()
      forgetSecret(client)
      events.connectionOpened.publish({ ...place, tookMs })
      callback()
      return
    }
    const error = oneOfAll(failure)
    const { phase } = progress
    const isLate = timeoutMs > 0 && tookMs >= timeoutMs - 5
    door.stuckIn = isLate ? phase : undefined
    const told = isLate && !('code' in error) ? explainLateness(phase, door, error) : error
    door.attempts.set(told, { phase, token: door.tokens && sentSecret(client) })
    forgetSecret(client)
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
  else if (timeoutMs > 0 && waitMs > timeoutMs) process.nextTick(finish, explainTurn(waitMs, door))
  else setTimeout(start, waitMs)
}

/**
 * Node dials all addresses of a name and tells of their failures by one error without a text (Node 20, `autoSelectFamily`),
 * which Prisma does not know as one of a socket. The first of them says it for all.
 */
function oneOfAll(failure: Error): Error {
  const { errors = [] } = failure as Partial<AggregateError>
  const [first] = errors as Error[]
  if (first === undefined) return failure
  first.message = (errors as Error[]).map(({ message }) => message).join(', ')
  return first
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

function watch(client: pg.Client): Progress {
  const { connection } = client
  let phase: Attempt['phase'] = 'turn'
  connection.once('connect', () => {
    phase = 'tls'
  })
  for (const way of ['authenticationCleartextPassword', 'authenticationMD5Password', 'authenticationSASL'])
    connection.once(way, () => {
      phase = 'credentials'
    })
  return {
    startedAt: performance.now(),
    get phase() {
      return phase === 'credentials' && sentSecret(client) !== undefined ? 'login' : phase
    },
    set phase(next) {
      phase = next
    },
  }
}

/** `pg` puts the answer of a password function where the function was. */
function sentSecret(client: pg.Client): string | undefined {
  const password: unknown = client.password
  return typeof password === 'string' ? password : undefined
}

/** `pg` keeps what it sent, and `util.inspect` with `showHidden` would show it; nothing asks for it after the login. */
function forgetSecret(client: pg.Client & { connectionParameters?: { password?: unknown } }): void {
  client.password = undefined
  if (client.connectionParameters) client.connectionParameters.password = undefined
}
