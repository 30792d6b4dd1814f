import { setTimeout as sleep } from 'node:timers/promises'
import { PrismaIamError } from '../errors.ts'
import { type ConnectionRetried, events } from '../events.ts'
import { describeToken } from '../token/describe.ts'
import { explainTls } from './advice.ts'
import { fullJitterMs } from './backoff.ts'
import type { Door } from './door.ts'
import { explainBusyPool, explainRefusal } from './explain.ts'
import { isServerError } from './fate.ts'
import { judgeRefusal } from './refusal.ts'

/** What one checkout has tried so far. */
export interface Tries {
  startedAt: number
  failed: number
  /** Whether a new token was asked for already: once a checkout, lest a denial be asked for for ever. */
  renewed: boolean
}

/** A checkout that begins now. */
export function firstTry(): Tries {
  return { startedAt: performance.now(), failed: 0, renewed: false }
}

/** What is left of the time of a checkout, in milliseconds. */
export function timeLeft({ startedAt }: Tries, timeoutMs: number): number {
  return (timeoutMs || defaultBudgetMs) - (performance.now() - startedAt)
}

/** Without a timeout of the pool, that long is still enough to wait for a server that is not there. */
const defaultBudgetMs = 15_000
/** A port at which nobody listens, or somebody hangs up, is a restart for some seconds, and a mistake after that. */
const notListeningBudgetMs = 5_000
const growth = { baseMs: 200, maxMs: 2_000 }

/** After a failed connection: nothing when another try is due (now, the wait being over), else the error to tell. */
export async function nextTry(failure: Error, tries: Tries, door: Door): Promise<Error | undefined> {
  tries.failed += 1
  if (failure.message === 'timeout exceeded when trying to connect') return explainBusyPool(door, failure)
  const error = door.attempts.has(failure) ? failure : ((failure.cause ?? failure) as Error)
  const refusal = judgeRefusal(error)
  if (refusal.kind === 'later') return waitAndTry(error, refusal.reason, tries, door)
  if (refusal.kind === 'expired' && renews(error, refusal.surely, tries, door)) {
    publish(error, 'token-expired', 0, tries, door)
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
  const left = timeLeft(tries, isDown(reason) ? shorter(door.timeoutMs) : door.timeoutMs)
  const delayMs = fullJitterMs(tries.failed, growth, door.random)
  if (delayMs >= left) return giveUp(error, tries, door)
  publish(error, reason, delayMs, tries, door)
  await sleep(delayMs)
  return undefined
}

function isDown(reason: ConnectionRetried['reason']): boolean {
  return reason === 'not-listening' || reason === 'cut'
}

function shorter(timeoutMs: number): number {
  return Math.min(timeoutMs || notListeningBudgetMs, notListeningBudgetMs)
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

/** A socket's error stays as it is, because Prisma and others know its code. */
function gaveUp(error: Error, { failed, startedAt }: Tries, { place }: Door): Error {
  if (!isServerError(error)) return error
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  return new PrismaIamError(
    'PRISMA_IAM_CONNECT_UNAVAILABLE',
    `${place.host} let nobody in (${failed} tries in ${seconds} s): ${error.message} (${error.code})`,
    { hint: 'try again later, or give it longer by `pool.connectionTimeoutMillis`', cause: error },
  )
}
