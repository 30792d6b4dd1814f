import { isServerError } from './fate.ts'

/** What a failed login calls for. */
export type Refusal =
  /** The server will let others in soon. */
  | { kind: 'later'; reason: 'waking' | 'throttled' | 'not-listening' | 'no-address' | 'cut' }
  /** The token was too old: surely (DSQL says so), or perhaps (RDS has one text for everything). */
  | { kind: 'expired'; surely: boolean }
  /** Asking again would not help. */
  | { kind: 'final' }

/**
 * Judges why a connection was not made. A denial is final: AWS advises against asking again, except once when the hint
 * says that the signature expired (AWS's DSQL troubleshooting text, 2026-10-01).
 */
export function judgeRefusal(error: unknown): Refusal {
  const { code: socketCode, message: text = '' } = (error ?? {}) as NodeJS.ErrnoException
  if (socketCode === 'ECONNREFUSED') return { kind: 'later', reason: 'not-listening' }
  // The resolver's own word for a failure that passes (getaddrinfo(3)); a name that is not there is ENOTFOUND.
  if (socketCode === 'EAI_AGAIN') return { kind: 'later', reason: 'no-address' }
  // A server that shuts down cuts those who are about to log in; nothing of theirs has run.
  if (socketCode === 'ECONNRESET' || text === 'Connection terminated unexpectedly')
    return { kind: 'later', reason: 'cut' }
  if (!isServerError(error)) return { kind: 'final' }
  const { code, message, hint = '' } = error
  if (code === '57P03' || /waking up cluster/i.test(message)) return { kind: 'later', reason: 'waking' }
  if (code === '53400' || /rate exceeded/i.test(message)) return { kind: 'later', reason: 'throttled' }
  if (/signature expired/i.test(hint)) return { kind: 'expired', surely: true }
  if (code === '28000' && /PAM authentication failed/i.test(message)) return { kind: 'expired', surely: false }
  return { kind: 'final' }
}
