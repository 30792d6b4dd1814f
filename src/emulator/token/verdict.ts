import type { Identity } from './identity.ts'

/** What a token must have been signed for to open this login. */
export interface Expected {
  service: 'rds' | 'dsql'
  /** The host name that the server pretends to have, compared exactly. */
  signHost: string
  /** Signed on RDS only; DSQL tokens name no port. */
  signPort: number
  region: string
  /** The database user of the startup message. */
  user: string
}

/** Why a token is refused. */
export type RefusalReason =
  | 'malformed'
  | 'algorithm'
  | 'scope'
  | 'host'
  | 'user'
  | 'action'
  | 'expired'
  | 'not-yet-valid'
  | 'unknown-key'
  | 'session-token'
  | 'signature'
  | 'not-authorized'

/** Refused: `detail` is for the emulator's own log, `hint` is what DSQL tells the client, where it tells anything. */
export interface Refusal {
  ok: false
  reason: RefusalReason
  detail: string
  hint?: string
}

/** Whether a token opens a login, and as whom. */
export type Verdict = { ok: true; identity: Identity } | Refusal

/** Makes a {@link Refusal}. */
export function refuse(reason: RefusalReason, detail: string, hint?: string): Refusal {
  return { ok: false, reason, detail, ...(hint !== undefined && { hint }) }
}
