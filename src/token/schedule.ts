/** When a token was made and when it stops being good, in milliseconds since 1970. */
export interface TokenLife {
  signedAt: number
  expiresAt: number
}

/** The expiry of a token that dies with the credentials that signed it (AWS DSQL troubleshooting page, RDS IAM page). */
export function expiryOf(signedAt: number, lifetimeMs: number, credentialsEnd: Date | undefined): number {
  return Math.min(signedAt + lifetimeMs, credentialsEnd?.getTime() ?? Number.POSITIVE_INFINITY)
}

/**
 * When to renew ahead of time: after half to two thirds of the life, spread by `random` (0 to 1) so that many
 * processes that started together do not renew together.
 */
export function renewalAt(token: TokenLife, random: number): number {
  const lifeMs = token.expiresAt - token.signedAt
  return token.signedAt + lifeMs * (2 / 3 - random / 6)
}

/**
 * Until when a token may be handed out: a login takes time and clocks differ, so the last 30 seconds (or the last
 * tenth of a short life) are left unused. AWS's JDBC wrapper had refusals at exactly 15:00 (its issue 612).
 */
export function usableUntil(token: TokenLife): number {
  const lifeMs = token.expiresAt - token.signedAt
  return token.expiresAt - Math.min(30_000, lifeMs / 10)
}

/**
 * Whether a token may be handed out now. One that was signed in the future was signed before a clock that ran ahead was
 * set right: servers refuse it until that time comes (AWS allows five minutes; a minute covers ordinary corrections).
 */
export function isUsable(token: TokenLife, now: number): boolean {
  return token.signedAt - 60_000 <= now && now < usableUntil(token)
}

/** The first pause after a failed renewal, in milliseconds; the last good token is used meanwhile. */
export const renewalPauseMs = 5_000

/** How long a look-up of credentials may take before it is taken for hung and another one starts, in milliseconds. */
export const patienceMs = 10_000
