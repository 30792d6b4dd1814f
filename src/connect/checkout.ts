import type pg from 'pg'
import type { Capacity, Door } from './door.ts'
import { isOverdue } from './overdue.ts'
import { stillAnswers } from './probe.ts'
import { firstTry, giveUp, nextTry, timeLeft } from './retry.ts'

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
  return (callback) => {
    const budgetMs = door.timeoutMs || defaultBudgetMs
    const tries = firstTry({ budgetMs })
    const attempt: Checkout = (done) =>
      plain((error, client, release) => {
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
        void nextTry(error, tries, door).then((final) => {
          if (final) done(final, undefined, release)
          else within(timeLeft(tries, budgetMs), attempt, () => giveUp(error, tries, door))(done)
        })
      })
    const hasOthers = pool.idleCount > 0 || pool.totalCount >= (pool.options.max ?? Number.POSITIVE_INFINITY)
    if (hasOthers) attempt(callback)
    else door.siblings.whenBack(() => attempt(callback))
  }
}

/** Without a timeout of the pool, that long is still enough to wait for a server that is not there, in milliseconds. */
const defaultBudgetMs = 15_000

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

/** The same as a method `connect`, which answers a callback or with a promise. */
export function connectMethod(checkout: Checkout): pg.Pool['connect'] {
  function connect(): Promise<pg.PoolClient>
  function connect(callback: CheckoutCallback): void
  function connect(callback?: CheckoutCallback): Promise<pg.PoolClient> | undefined {
    if (callback !== undefined) return void checkout(callback)
    return new Promise((resolve, reject) => {
      checkout((error, client) => (client === undefined ? reject(error) : resolve(client)))
    })
  }
  return connect
}
