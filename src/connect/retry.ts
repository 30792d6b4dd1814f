import { setTimeout as sleep } from 'node:timers/promises'
import { isPrismaIamError, PrismaIamError } from '../errors.ts'
import { type ConnectionRetried, events } from '../events.ts'
import { describeToken } from '../token/describe.ts'
import { explainTls } from './advice.ts'
import { fullJitterMs } from './backoff.ts'
import type { Door } from './door.ts'
import { explainRefusal } from './explain.ts'
import { isServerError } from './fate.ts'
import { explainBusyPool } from './late.ts'
import { judgeRefusal } from './refusal.ts'
import type { Retrying } from './retrying.ts'

/** How long one who wants in keeps trying, and who is told. */
export interface Patience {
  /** Time for all tries, in milliseconds; with 0 one that failed is the last. */
  budgetMs: number
  /** Ends a wait at once. */
  signal?: AbortSignal | undefined
  /** Told why another try follows, whenever that is another reason than before. */
  onRetry?: ((retry: Retrying) => void) | undefined
}

/** What one who wants in has tried so far. */
export interface Tries extends Patience {
  startedAt: number
  failed: number
  /** Whether a new token was asked for already: once, lest a denial be asked for for ever. */
  renewed: boolean
  reason?: ConnectionRetried['reason']
}

/** Whoever wants in begins, at a time by `performance.now`. */
export function firstTry(patience: Patience, startedAt = performance.now()): Tries {
  return { ...patience, startedAt, failed: 0, renewed: false }
}

/** What is left of the time, in milliseconds. */
export function timeLeft({ startedAt }: Tries, budgetMs: number): number {
  return budgetMs - (performance.now() - startedAt)
}

/** A port at which nobody listens, or somebody hangs up, is a restart for some seconds, and a mistake after that. */
const notListeningBudgetMs = 5_000
const growth = { baseMs: 200, maxMs: 2_000 }

/** After a failed connection: nothing when another try is due (now, the wait being over), else the error to tell. */
export async function nextTry(failure: Error, tries: Tries, door: Door): Promise<Error | undefined> {
  tries.failed += 1
  if (failure.message === 'timeout exceeded when trying to connect') return explainBusyPool(door, failure)
  const error = door.attempts.has(failure) ? failure : ((failure.cause ?? failure) as Error)
  if (isUnanswered(error, door)) return waitAndTry(error, 'unanswered', tries, door)
  const refusal = judgeRefusal(error)
  if (refusal.kind === 'later') return waitAndTry(error, refusal.reason, tries, door)
  if (refusal.kind === 'expired' && renews(error, refusal.surely, tries, door)) {
    publish(error, 'token-expired', 0, tries, door)
    tell('token-expired', 0, tries, door)
    return undefined
  }
  if (refusal.kind === 'expired' && isPerhapsThrottled(refusal.surely, tries, door))
    return waitAndTry(error, 'throttled', tries, door)
  return explainTls(explainRefusal(error, door))
}

async function waitAndTry(
  error: Error,
  reason: ConnectionRetried['reason'],
  tries: Tries,
  door: Door,
): Promise<Error | undefined> {
  const inAllMs = isDown(reason) ? Math.min(tries.budgetMs, notListeningBudgetMs) : tries.budgetMs
  const delayMs = fullJitterMs(tries.failed, growth, door.random)
  if (delayMs >= timeLeft(tries, inAllMs)) return giveUp(error, tries, door)
  publish(error, reason, delayMs, tries, door)
  tell(reason, inAllMs, tries, door)
  await sleep(delayMs, undefined, { signal: tries.signal }).catch(() => undefined)
  return undefined
}

/**
 * An instance of Aurora Serverless that was paused answers a connection when it has woken up, after some 15 seconds (AWS's
 * announcement of scaling to zero, 2024-11). In a pool, such a try has taken all of the time.
 */
function isUnanswered(error: Error, { attempts }: Door): boolean {
  const phase = attempts.get(error)?.phase
  return (
    isPrismaIamError(error) && error.code === 'PRISMA_IAM_CONNECT_TIMEOUT' && (phase === 'tls' || phase === 'login')
  )
}

function isDown(reason: ConnectionRetried['reason']): boolean {
  return reason === 'not-listening' || reason === 'no-address' || reason === 'cut'
}

/** The error to tell when there is no time for another try. */
export function giveUp(error: Error, tries: Tries, door: Door): Error {
  return judgeRefusal(error).kind === 'later' ? gaveUp(error, tries, door) : explainTls(explainRefusal(error, door))
}

/** RDS never says what was wrong with a token, so only one in the second half of its life is suspected. */
function renews(error: Error, surely: boolean, tries: Tries, door: Door): boolean {
  const token = door.attempts.get(error)?.token
  const facts = token === undefined ? undefined : describeToken(token)
  if (token === undefined || facts === undefined || tries.renewed) return false
  if (!surely && door.clock() - facts.signedAt < facts.lifetimeMs / 2) return false
  tries.renewed = true
  door.tokens?.forget(token)
  return true
}

/**
 * RDS refuses logins above its rate in the very words of a denial (AWS's troubleshooting page names 200 a second), so
 * where a token of this identity got in within a token's life, a few more tries are made.
 */
function isPerhapsThrottled(
  surely: boolean,
  { failed }: Tries,
  { openedAt = Number.NEGATIVE_INFINITY, clock }: Door,
): boolean {
  return !surely && failed <= triesWhenDenied && Math.abs(clock() - openedAt) < tokenLifeMs
}

const triesWhenDenied = 5
const tokenLifeMs = 15 * 60_000

function publish(error: Error, reason: ConnectionRetried['reason'], delayMs: number, tries: Tries, door: Door): void {
  events.connectionRetried.publish({ ...door.place, reason, try: tries.failed, delayMs, error })
}

function tell(reason: ConnectionRetried['reason'], inAllMs: number, tries: Tries, { place }: Door): void {
  if (reason === tries.reason) return
  tries.reason = reason
  tries.onRetry?.({ reason, host: place.host, port: place.port, inAllMs })
}

/** A socket's error stays as it is, because Prisma and others know its code. */
function gaveUp(error: Error, { failed, startedAt, budgetMs }: Tries, { place }: Door): Error {
  if (!isServerError(error) || budgetMs === 0) return error
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  return new PrismaIamError(
    'PRISMA_IAM_CONNECT_UNAVAILABLE',
    `${place.host} let nobody in (${failed} tries in ${seconds} s): ${error.message} (${error.code})`,
    {
      hint: 'try again later, or give it longer by `pool.connectionTimeoutMillis` (in the URL: `connect_timeout`, in seconds)',
      cause: error,
    },
  )
}
