import type { ServerError } from '../wire/messages.ts'
import type { StartupMessage } from '../wire/startup.ts'

/** Someone at the door: what the first message and the TLS handshake told. */
export interface Visitor {
  user: string
  startup: StartupMessage
  /** The client's address, as `pg_hba.conf` texts name it. */
  address: string
  encrypted: boolean
  /** The name that the client asked for in its TLS handshake. */
  serverName: string | undefined
}

/** Which way a visitor may go on. */
export type Way =
  | { kind: 'token' }
  /** PostgreSQL itself asks and judges. */
  | { kind: 'password' }
  | Refused

/** What the visitor is told, and what the emulator's own log says. */
export interface Refused {
  kind: 'refused'
  error: ServerError
  reason: string
  detail: string
}

/** The rules of one service about who gets in. */
export interface Gate {
  way(visitor: Visitor): Promise<Way>
  /** Judges the token of a visitor who was sent the way of tokens; answers the ARN behind a good one. */
  judge(visitor: Visitor, token: string): Promise<{ kind: 'admitted'; arn: string } | Refused>
}

/** Asks the upstream PostgreSQL as its superuser. */
export type Query = (sql: string, params?: readonly unknown[]) => Promise<Record<string, unknown>[]>

/** Stock text of PostgreSQL 14+ (`auth.c`) for a visitor whom no line of `pg_hba.conf` lets in. */
export function noHbaEntry(visitor: Visitor): ServerError {
  return { code: '28000', message: `no pg_hba.conf entry for ${whence(visitor)}` }
}

/** Stock text of PostgreSQL 14+ (`auth.c`) for a visitor whom a line of `pg_hba.conf` shuts out. */
export function hbaRejects(visitor: Visitor): ServerError {
  return { code: '28000', message: `pg_hba.conf rejects connection for ${whence(visitor)}` }
}

function whence({ address, user, startup, encrypted }: Visitor): string {
  const database = startup.parameters.get('database') || user
  const encryption = encrypted ? 'SSL encryption' : 'no encryption'
  return `host "${address}", user "${user}", database "${database}", ${encryption}`
}
