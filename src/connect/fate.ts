import type { Endpoint } from '../config/endpoint.ts'

/** What becomes of a connection after an error: it stays, it ends, or it ends with all to the same server. */
export type Fate = 'keep' | 'end' | 'end-with-siblings'

/**
 * Judges an error that a connection brought.
 *
 * An ordinary SQL error says nothing about the connection. `pg` ends it all the same: 200 unique violations opened 199
 * connections (pg-pool 3.14, 2026-11-21), each a TLS handshake and a token check against a rate limit. Whatever is not
 * known to come from the server, a client-side timeout above all, leaves the connection in an unknown state and ends it.
 */
export function fateAfter(error: unknown, kind: Endpoint['kind']): Fate {
  if (isLostServer(error)) return 'end-with-siblings'
  if (!isServerError(error)) return 'end'
  if (error.code === readOnlyTransaction) return hasReaders(kind) ? 'keep' : 'end-with-siblings'
  if (error.code === '57P02' || error.code === '57P03') return 'end-with-siblings'
  if (error.severity === 'FATAL' || error.severity === 'PANIC') return 'end'
  return error.code === '57P01' || /^(08|XX)/.test(error.code) ? 'end' : 'keep'
}

/** An error as a PostgreSQL server words it; told by its shape, because a tree can hold two copies of `pg`. */
export interface ServerError extends Error {
  code: string
  severity: string
  hint?: string
  detail?: string
}

/** Tells an error that a PostgreSQL server sent from any other. */
export function isServerError(error: unknown): error is ServerError {
  const { code, severity } = (error ?? {}) as Partial<ServerError>
  return typeof severity === 'string' && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
}

/** `cannot execute … in a read-only transaction`: what the old writer says after an Aurora failover. */
const readOnlyTransaction = '25006'

/** Behind these names a read-only server is no surprise, so 25006 is one stray write. */
function hasReaders(kind: Endpoint['kind']): boolean {
  return kind === 'reader' || kind === 'custom'
}

/** The host does not answer any more; its other connections are as dead, and only waiting would show it. */
function isLostServer(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH'
}
