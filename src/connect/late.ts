import { PrismaIamError } from '../errors.ts'
import type { Attempt, Door } from './door.ts'

/** A connection that did not come in time: what it was waiting for. */
export function explainLateness(phase: Attempt['phase'], { place, timeoutMs }: Door, cause: Error): PrismaIamError {
  const message = `no connection to ${place.host} within ${timeoutMs} ms: ${waitingFor[phase].what}`
  return new PrismaIamError('PRISMA_IAM_CONNECT_TIMEOUT', message, { hint: waitingFor[phase].hint, cause })
}

/** A connection whose turn would come too late, told at once. */
export function explainTurn(waitMs: number, { place, timeoutMs }: Door): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_CONNECT_TIMEOUT',
    `no connection to ${place.host} within ${timeoutMs} ms: so many are being opened that the turn of this one comes after ${Math.ceil(waitMs)} ms`,
    { hint: waitingFor.turn.hint },
  )
}

/** A checkout for which nothing became free: because others kept it, or because nothing could be opened for them either. */
export function explainBusyPool(door: Door, cause: Error): PrismaIamError {
  const { place, timeoutMs } = door
  const phase = door.stuckIn ?? phaseOfSlowest(door)
  if (phase !== undefined) {
    const error = explainLateness(phase, door, cause)
    door.attempts.set(error, { phase, token: undefined })
    return error
  }
  return new PrismaIamError(
    'PRISMA_IAM_CONNECT_TIMEOUT',
    `no connection to ${place.host} within ${timeoutMs} ms: all connections of the pool were in use`,
    { hint: 'look for transactions and clients that are kept too long, or raise `pool.max`', cause },
  )
}

/** Of one that opens at an ordinary speed nobody may say that it was waited for. */
function phaseOfSlowest({ opening, timeoutMs }: Door): Attempt['phase'] | undefined {
  const [slowest] = opening
  return slowest && performance.now() - slowest.startedAt > timeoutMs / 2 ? slowest.phase : undefined
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
