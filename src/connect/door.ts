import type { Resolved } from '../config/resolved.ts'
import type { ConnectionPlace, ConnectionRefused } from '../events.ts'
import type { TokenSource } from '../token/source.ts'
import type { Pace } from './pacing.ts'
import type { Siblings } from './siblings.ts'

/** What all connections of one pool have in common on their way in. */
export interface Door {
  place: ConnectionPlace
  service: Resolved['endpoint']['service']
  siblings: Siblings
  pace: Pace
  /** Absent where a password is the way in. */
  tokens: TokenSource | undefined
  /** Time for one checkout to get a new connection, in milliseconds; 0 is without end. */
  timeoutMs: number
  /** When a token opened it last, by `clock`. */
  openedAt?: number
  /** How far the connections that failed had come, by their errors. */
  attempts: WeakMap<object, Attempt>
  /** In milliseconds since 1970, as tokens are signed by. */
  clock: () => number
  random: () => number
}

/** How far one connection came, and what it showed at the door. */
export interface Attempt {
  phase: ConnectionRefused['phase']
  /** The token that was sent; absent when none was, or when the way in is a password. */
  token: string | undefined
}
