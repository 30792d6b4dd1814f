import { type Channel, channel } from 'node:diagnostics_channel'

/** A token was signed: published on `prisma-iam:token:signed`. It never holds the token. */
export interface TokenSigned {
  service: 'rds' | 'dsql'
  host: string
  user: string
  region: string
  /** In milliseconds since 1970. */
  expiresAt: number
}

/** A renewal ahead of time failed while the last token still lives: published on `prisma-iam:token:renewal-failed`. */
export interface TokenRenewalFailed {
  service: 'rds' | 'dsql'
  host: string
  user: string
  error: unknown
}

/** A try lost against a concurrent transaction and is about to be run again: published on `prisma-iam:adapter:retried`. */
export interface ConflictRetried {
  /** `$transaction`, `Order.update`, `$queryRaw`, `withOccRetry`, … */
  operation: string
  /** The number of the try that failed, from 1. */
  try: number
  /** How long is waited before the next one, in milliseconds. */
  delayMs: number
  /** The conflict as it came; it can hold values of the query. */
  error: unknown
}

/** Whose connection an event is about: the endpoint that is meant, whatever is dialled. */
export interface ConnectionPlace {
  host: string
  port: number
  user: string
}

/** A connection has logged in: published on `prisma-iam:connection:opened`. */
export interface ConnectionOpened extends ConnectionPlace {
  /** From being asked for to ready, in milliseconds. */
  tookMs: number
}

/** A connection was not made: published on `prisma-iam:connection:refused`, once a try. */
export interface ConnectionRefused extends ConnectionPlace {
  /** How far it came. */
  phase: 'turn' | 'tcp' | 'tls' | 'credentials' | 'login'
  error: unknown
}

/** A connection has ended: published on `prisma-iam:connection:retired`. */
export interface ConnectionRetired extends ConnectionPlace {
  /** `idle` covers what the pool does by itself: idle time, age, number of uses, the end of the pool. */
  reason: 'error' | 'server-lost-or-read-only' | 'open-transaction' | 'idle'
  /** SQLSTATE or Node's code of the error that ended it, where there was one. */
  code?: string
}

/** A connection waits, so that the service's limit on new ones is kept: published on `prisma-iam:connection:paced`. */
export interface ConnectionPaced extends ConnectionPlace {
  waitMs: number
}

/** A checkout tries once more: published on `prisma-iam:connection:retried`. */
export interface ConnectionRetried extends ConnectionPlace {
  reason: 'waking' | 'throttled' | 'not-listening' | 'no-address' | 'cut' | 'unanswered' | 'token-expired'
  /** The number of the try that failed, from 1. */
  try: number
  delayMs: number
  error: unknown
}

type EventName =
  | 'tokenSigned'
  | 'tokenRenewalFailed'
  | 'retried'
  | 'connectionOpened'
  | 'connectionRefused'
  | 'connectionRetired'
  | 'connectionPaced'
  | 'connectionRetried'

/**
 * The channels of `node:diagnostics_channel` that this package publishes on; without a subscriber they cost nothing.
 * No message holds a token, a password or a secret key.
 */
export const events: Readonly<Record<EventName, Channel>> = {
  tokenSigned: channel('prisma-iam:token:signed'),
  tokenRenewalFailed: channel('prisma-iam:token:renewal-failed'),
  retried: channel('prisma-iam:adapter:retried'),
  connectionOpened: channel('prisma-iam:connection:opened'),
  connectionRefused: channel('prisma-iam:connection:refused'),
  connectionRetired: channel('prisma-iam:connection:retired'),
  connectionPaced: channel('prisma-iam:connection:paced'),
  connectionRetried: channel('prisma-iam:connection:retried'),
}
