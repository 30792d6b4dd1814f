import type pg from 'pg'
import type { Capacity, Door } from './door.ts'
import { isOverdue } from './overdue.ts'
import { stillAnswers } from './probe.ts'
import { firstTry, giveUp, nextTry, type Tries, timeLeft } from './retry.ts'

/** `pg`'s own way to tell of a checkout. */
export type Checkout = (callback: CheckoutCallback) => void

type CheckoutCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void

/**
 * Checkouts as this package makes them, over those of a plain pool: tried again where that helps, explained where not.
 *
 * A connection that had an ordinary error is back a moment after its user knows of the error; who asks in that moment
 * waits for it instead of opening another.
 */
export function guardCheckouts(plain: Checkout, pool: Capacity, door: Door): Checkout {
  const budgetMs = door.timeoutMs || defaultBudgetMs
  const checkout = withoutIdleTimers(plain, pool)
  return (callback) => {
    const startedAt = performance.now()
    let tries: Tries | undefined
    const attempt: Checkout = (done) =>
      checkout((error, client, release) => {
        const age = client && door.ages.get(client)
        if (age && isOverdue(age, pool, door)) {
          void stillAnswers(client, age, door).then((answers) => {
            if (answers) return done(undefined, client, release)
            release(true)
            attempt(done)
          })
          return
        }
        if (error === undefined || error === null) return done(undefined, client, release)
        tries ??= firstTry({ budgetMs }, startedAt)
        const failed = tries
        void nextTry(error, failed, door).then((final) => {
          if (final) done(final, undefined, release)
          else within(timeLeft(failed, budgetMs), attempt, () => giveUp(error, failed, door))(done)
        })
      })
    const hasOthers = pool.idleCount > 0 || pool.totalCount >= (pool.options.max ?? Number.POSITIVE_INFINITY)
    if (hasOthers) attempt(callback)
    else door.siblings.whenBack(() => attempt(callback))
  }
}

/** Without a timeout of the pool, that long is still enough to wait for a server that is not there, in milliseconds. */
const defaultBudgetMs = 15_000

/** `pg` sets a timer for every checkout, also for one that has its idle connection before any timer could be due. */
function withoutIdleTimers(plain: Checkout, pool: Capacity): Checkout {
  return (callback) => {
    if (pool.idleCount <= pool.waitingCount) return plain(callback)
    const { options } = pool
    const { connectionTimeoutMillis } = options
    options.connectionTimeoutMillis = 0
    try {
      plain(callback)
    } finally {
      options.connectionTimeoutMillis = connectionTimeoutMillis
    }
  }
}

/** A checkout that is given up after a time; a connection that comes later goes to the pool. */
function within(timeMs: number, checkout: Checkout, lastWord: () => Error): Checkout {
  return (callback) => {
    let given = false
    const timer = setTimeout(() => {
      given = true
      callback(lastWord(), undefined, () => undefined)
    }, timeMs)
    checkout((error, client, release) => {
      clearTimeout(timer)
      if (given) release()
      else callback(error, client, release)
    })
  }
}

/**
 * The same as a method `connect`, which answers a callback or with a promise.
 *
 * @param keep told of a connection that goes out by promise: to somebody who keeps it for several queries. The pool's own
 *   `query` takes its connection by a callback (pg-pool 3.14).
 */
export function connectMethod(checkout: Checkout, keep?: (client: pg.PoolClient) => void): pg.Pool['connect'] {
  function connect(): Promise<pg.PoolClient>
  function connect(callback: CheckoutCallback): void
  function connect(callback?: CheckoutCallback): Promise<pg.PoolClient> | undefined {
    if (callback !== undefined) return void checkout(callback)
    return new Promise((resolve, reject) => {
      checkout((error, client) => {
        if (client === undefined) return reject(error)
        keep?.(client)
        resolve(client)
      })
    })
  }
  return connect
}
