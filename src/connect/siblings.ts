import type { Endpoint } from '../config/endpoint.ts'

/** One connection as its siblings see it. */
export interface Sibling {
  /** The server that it reached; unknown before that, and where a test has no socket. */
  readonly server: string | undefined
  /** Ends it as soon as nobody works on it; `cause` is the error that told. */
  retire(cause: Error): void
}

/** The connections of one pool. */
export interface Siblings {
  /** The kind of endpoint that they all dial. */
  readonly kind: Endpoint['kind']
  add(one: Sibling): void
  delete(one: Sibling): void
  /** Told that one is on its way back to the pool; what is returned tells that it has come, or ended. */
  leave(): () => void
  /** Calls as soon as one has come back, at the latest after `backMs`, and at once when none is on its way. */
  whenBack(callback: () => void): void
  /** Retires all that reached the same server, the teller included: after a failover the name leads elsewhere. */
  retire(teller: Sibling, cause: Error): void
}

/** The end of a failed query follows its error in the same breath; what takes longer than this is in trouble. */
const backMs = 100

/** An empty family, for one pool. */
export function createSiblings(kind: Endpoint['kind']): Siblings {
  const all = new Set<Sibling>()
  const waiting: (() => void)[] = []
  let leaving = 0
  return {
    kind,
    add: (one) => void all.add(one),
    delete: (one) => void all.delete(one),
    leave() {
      leaving += 1
      return () => {
        leaving -= 1
        for (const callback of waiting.splice(0, leaving === 0 ? waiting.length : 1)) callback()
      }
    },
    whenBack(callback) {
      if (leaving === 0) return callback()
      // In a process that was busy for longer, what the server has sent meanwhile is read first.
      const timer = setTimeout(setImmediate, backMs, () => {
        const place = waiting.indexOf(back)
        if (place >= 0) waiting.splice(place, 1)[0]?.()
      })
      const back = () => {
        clearTimeout(timer)
        callback()
      }
      waiting.push(back)
    },
    retire(teller, cause) {
      for (const one of [...all]) if (one === teller || one.server === teller.server) one.retire(cause)
    },
  }
}
