import type pg from 'pg'
import type { Checkout } from './checkout.ts'

/** Checkouts of a pool that can be closed. */
export interface Gate {
  checkout: Checkout
  /** Refuses who comes from now on; resolves when all who came before have been answered, nothing when none waits. */
  close(): Promise<void> | undefined
}

/**
 * Counts who waits for a connection. A pool that ends forgets them: `pg` answers them when their time to connect is over,
 * or never where there is none (pg-pool 3.14).
 */
export function createGate(checkout: Checkout): Gate {
  let waiting = 0
  let isClosed = false
  const closing: (() => void)[] = []
  return {
    checkout(callback) {
      if (isClosed)
        return callback(new Error('Cannot use a pool after calling end on the pool'), undefined, () => undefined)
      waiting += 1
      checkout((error, client, release) => {
        waiting -= 1
        if (waiting === 0) for (const resolve of closing.splice(0)) resolve()
        callback(error, client, release)
      })
    },
    close() {
      isClosed = true
      return waiting === 0 ? undefined : new Promise((resolve) => closing.push(resolve))
    },
  }
}

/** A pool's method `end` that first serves those who wait. */
export function endMethod(gate: Gate, end: () => Promise<void>): pg.Pool['end'] {
  function endServed(): Promise<void>
  function endServed(callback: (error?: Error) => void): void
  function endServed(callback?: (error?: Error) => void): Promise<void> | undefined {
    const ended = gate.close()?.then(end) ?? end()
    if (callback === undefined) return ended
    return void ended.then(() => callback(), callback)
  }
  return endServed
}
