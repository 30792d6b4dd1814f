import { isPrismaIamError } from '../errors.ts'
import type { Attempt, Door } from './door.ts'
import { isServerError } from './fate.ts'
import { judgeRefusal } from './refusal.ts'

/** What a health check found; everything but `ok` comes with the error that told. */
export type Health = { state: 'ok'; tookMs: number } | { state: Ailment; tookMs: number; error: Error }

/** Where the way to the database ends. */
export type Ailment =
  /** Options, environment or trust roots do not make a connection. */
  | 'misconfigured'
  /** No AWS credentials, or their provider hangs. */
  | 'no-credentials'
  /** The server did not believe the token, or knows no such role. */
  | 'token-refused'
  /** The same, where a password is the way in. */
  | 'password-refused'
  /** The server could not prove who it is, or has no TLS. */
  | 'tls-refused'
  /** Nobody answered: name, route, port, or a server that is down. */
  | 'unreachable'
  /** The server is starting. */
  | 'waking-up'
  /** All connections of the pool, or all that the server allows just now, are in use. */
  | 'busy'
  /** The login worked, the query did not. */
  | 'failed'

/** Runs a query and tells how that went; it never rejects. */
export async function checkHealth(query: () => Promise<unknown>, doorOf: () => Way | undefined): Promise<Health> {
  const startedAt = performance.now()
  try {
    await query()
    return { state: 'ok', tookMs: performance.now() - startedAt }
  } catch (reason) {
    const error = reason instanceof Error ? reason : new Error(String(reason))
    return { state: ailmentOf(error, doorOf()), tookMs: performance.now() - startedAt, error }
  }
}

/** What is known of the way in; nothing before the pool was first asked for a connection. */
export type Way = Pick<Door, 'tokens' | 'attempts'>

/** Names the place where the way ends, by the error that was told there. */
export function ailmentOf(error: Error, way: Way | undefined): Ailment {
  const refused = way?.tokens === undefined ? 'password-refused' : 'token-refused'
  if (isPrismaIamError(error)) {
    const byCode = ailments[error.code]
    if (byCode !== undefined) return byCode
    if (error.code === 'PRISMA_IAM_CONNECT_REFUSED') return refused
    if (error.code === 'PRISMA_IAM_CONNECT_TIMEOUT') return ailmentOfTimeout(way?.attempts.get(error)?.phase)
    if (error.cause instanceof Error) return ailmentOf(error.cause, way)
  }
  const refusal = judgeRefusal(error)
  if (refusal.kind === 'later') return later[refusal.reason]
  if (isServerError(error)) return error.code.startsWith('28') ? refused : byClass(error.code)
  const { code = '' } = error as { code?: string }
  if (/CERT|SELF_SIGNED|^UNABLE_TO_|^ERR_(TLS|SSL)|HOSTNAME/.test(code) || /SSL connection/.test(error.message))
    return 'tls-refused'
  return /^E[A-Z_]+$/.test(code) || /^Connection terminated/.test(error.message) ? 'unreachable' : 'failed'
}

const ailments: Partial<Record<string, Ailment>> = {
  PRISMA_IAM_CONFIG_INVALID: 'misconfigured',
  PRISMA_IAM_CONNECT_TRUST: 'misconfigured',
  PRISMA_IAM_TOKEN_CREDENTIALS: 'no-credentials',
  PRISMA_IAM_TOKEN_SIGN: 'no-credentials',
}

const later = {
  waking: 'waking-up',
  throttled: 'busy',
  'not-listening': 'unreachable',
  'no-address': 'unreachable',
  cut: 'unreachable',
} as const

function ailmentOfTimeout(phase: Attempt['phase'] | undefined): Ailment {
  if (phase === undefined || phase === 'turn') return 'busy'
  return phase === 'credentials' ? 'no-credentials' : 'unreachable'
}

function byClass(code: string): Ailment {
  if (code === '53300') return 'busy'
  return code.startsWith('08') ? 'unreachable' : 'failed'
}
