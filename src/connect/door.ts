import type pg from 'pg'
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
  /** How long a connection may live at the longest, in seconds; absent where nothing limits it. */
  longestLifeSeconds: number | undefined
  /** When a token opened it last, by `clock`. */
  openedAt?: number
  /** Those that are being opened now, the one that began first in front. */
  opening: Set<Progress>
  /** Where the last one ran out of time, when none has ended otherwise since. */
  stuckIn?: Attempt['phase'] | undefined
  /** How far the connections that failed had come, by their errors. */
  attempts: WeakMap<object, Attempt>
  /** By their connections. */
  ages: WeakMap<object, Age>
  /** When an overdue connection was asked and did not answer, by `clock`. */
  silentSince?: number
  /** In milliseconds since 1970, as tokens are signed by. */
  clock: () => number
  random: () => number
}

/** How far a connection that is being opened has come. */
export interface Progress {
  phase: ConnectionRefused['phase']
  /** By `performance.now`. */
  startedAt: number
}

/** How far one connection came, and what it showed at the door. */
export interface Attempt {
  phase: ConnectionRefused['phase']
  /** The token that was sent; absent when none was, or when the way in is a password. */
  token: string | undefined
}

/** When a connection was opened and last given back, in milliseconds since 1970. */
export interface Age {
  openedAt: number
  /** Absent until it is given back for the first time. */
  idleSince?: number
}

/** What a checkout needs of its pool. */
export type Capacity = Pick<pg.Pool, 'idleCount' | 'totalCount' | 'waitingCount'> & {
  options: Pick<pg.PoolOptions, 'max' | 'min' | 'idleTimeoutMillis'> & { connectionTimeoutMillis?: number | undefined }
}
