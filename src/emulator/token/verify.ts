import { type Claims, readClaims, requiredDsqlAction } from './claims.ts'
import type { Identity } from './identity.ts'
import { isSameSecret, isSignatureOf } from './signature.ts'
import { formatAmzDate, parseToken } from './token.ts'
import { type Expected, type Refusal, refuse, type Verdict } from './verdict.ts'

export type { Expected, Refusal, RefusalReason, Verdict } from './verdict.ts'

// UNCERTAIN whether RDS and DSQL allow for clients whose clock runs ahead, and how far; SigV4 elsewhere: five minutes.
const clockSkewMs = 5 * 60_000

/**
 * Verifies an RDS or DSQL login token with node:crypto alone, as of `now`.
 *
 * What the token claims is checked first, then its times, its key, its session token, its signature, and last what the
 * identity may do; the first failure is the reason. No secret part of a token is ever in a reason. Never throws.
 */
export function verifyToken(token: string, expected: Expected, identities: readonly Identity[], now: Date): Verdict {
  const parsed = parseToken(token)
  if (typeof parsed === 'string') return refuse('malformed', `The token is malformed: ${parsed}.`)
  const claims = readClaims(parsed, expected)
  if ('ok' in claims) return claims
  const untimely = checkTimes(claims, now)
  if (untimely) return untimely

  const identity = identities.find((candidate) => candidate.accessKeyId === claims.accessKeyId)
  if (!identity) return refuse('unknown-key', 'The access key id belongs to no configured identity.')
  if (!isSameSecret(identity.sessionToken ?? '', claims.sessionToken))
    return refuse('session-token', "The session token is not the identity's.")
  const { secretAccessKey } = identity
  const pairs = parsed.pairs.filter((pair) => !pair.startsWith('X-Amz-Signature='))
  const request = { ...claims, secretAccessKey, region: expected.region, authority: parsed.authority, pairs }
  if (!isSignatureOf(request, claims.signature))
    return refuse('signature', 'The signature does not match: another secret key, or the token was changed.')
  return authorize(identity, expected)
}

function checkTimes({ signedAt, amzDate, expiresSeconds }: Claims, now: Date): Refusal | undefined {
  const at = formatAmzDate(now)
  const endsAt = new Date(signedAt.getTime() + expiresSeconds * 1000)
  if (now > endsAt) {
    const text = `Signature expired: ${formatAmzDate(endsAt)} is now earlier than ${at}`
    return refuse('expired', text, text)
  }
  const latest = new Date(now.getTime() + clockSkewMs)
  if (signedAt <= latest) return undefined
  const text = `Signature not yet current: ${amzDate} is still later than ${formatAmzDate(latest)} (${at} + 5 min.)`
  return refuse('not-yet-valid', text, text)
}

function authorize(identity: Identity, { service, user }: Expected): Verdict {
  const action = service === 'rds' ? 'rds-db:connect' : (`dsql:${requiredDsqlAction(user)}` as const)
  const allowed = identity.allow.some(
    (allow) =>
      allow.action === action && (allow.action !== 'rds-db:connect' || allow.user === '*' || allow.user === user),
  )
  if (allowed) return { ok: true, identity }
  // The beginning is recorded of DSQL (2026-10-01); how the sentence goes on is IAM's usual wording.
  const why = `because no identity-based policy allows the ${action} action`
  const text = `User: ${identity.arn} is not authorized to perform: ${action} ${why}`
  return refuse('not-authorized', text, text)
}
