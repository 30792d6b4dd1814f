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

/** The channels of `node:diagnostics_channel` that this package publishes on; without a subscriber they cost nothing. */
export const events: Readonly<Record<'tokenSigned' | 'tokenRenewalFailed', Channel>> = {
  tokenSigned: channel('prisma-iam:token:signed'),
  tokenRenewalFailed: channel('prisma-iam:token:renewal-failed'),
}
