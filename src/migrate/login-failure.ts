import type { Resolved } from '../config/resolved.ts'
import type { Door } from '../connect/door.ts'
import { explainRefusal } from '../connect/explain.ts'
import { isPrismaIamError, PrismaIamError } from '../errors.ts'

/**
 * What a login of the admin that failed means: who asked to be let in where, the server's words as the runtime explains
 * them, and what to do. Errors of tokens and credentials stay as they are.
 */
export function loginFailure(
  cause: unknown,
  database: string,
  { user, verify, dial, endpoint }: Resolved,
  door: Door,
): unknown {
  const explained = cause instanceof Error ? explainRefusal(cause, door) : cause
  const isOurs = isPrismaIamError(explained)
  if (isOurs && !explained.code.startsWith('PRISMA_IAM_CONNECT_')) return explained
  const hint = isOurs ? explained.hint : adviceOn(explained, endpoint.service === 'dsql')
  const isThere = dial.host === verify.host && dial.port === verify.port
  const through = isThere ? '' : ` (dialled ${dial.host}:${dial.port})`
  return new PrismaIamError(
    'PRISMA_IAM_MIGRATE_LOGIN',
    `${user} could not log in to ${database} at ${verify.host}:${verify.port}${through}: ${wordsOf(explained)}`,
    { ...(hint === undefined ? {} : { hint }), problems: isOurs ? explained.problems : [], cause },
  )
}

/** Node answers a host of several addresses, none of which works, by an error that has no message of its own. */
function wordsOf(error: unknown): string {
  if (isPrismaIamError(error)) return headline(error)
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join(', ')
  const { message = String(error), code, hint } = error as { message?: string; code?: string; hint?: string }
  const said = hint === undefined ? message : `${message}. ${hint}`
  return code === undefined || said.includes(code) ? said : `${said} (${code})`
}

/** The message without the problems and the hint that follow it. */
function headline({ message, problems, hint }: PrismaIamError): string {
  const rest = [...problems.map((problem) => `  - ${problem}`), ...(hint ? [`Hint: ${hint}`] : [])]
  return message.slice(0, message.length - rest.join('\n').length).trimEnd()
}

function adviceOn(error: unknown, isDsql: boolean): string | undefined {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  if (code === '3D000' && isDsql) return 'the only database of Aurora DSQL is `postgres`: let the URL end in /postgres'
  if (code === '28P01') return "the password is not that of this user: see `admin.password`, or the URL's"
  if (code === '57P03') return 'the server is starting, or waking up: run the command again in a moment'
  if (certificate.test(code)) {
    return 'the certificate is not by a root that is known here, or for another name: see `tls.caFile` (PGSSLROOTCERT), and `signHost` for a tunnel or CNAME'
  }
  if (/support SSL connections/.test(message))
    return 'nothing without TLS is trusted: see whether this is the port of PostgreSQL'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'that name leads nowhere from here: see whether it is written right, and the DNS or VPN'
  if (code === 'ECONNREFUSED') return 'nobody listens there: see whether the server or the tunnel is up, and the port'
  return unreachable.has(code)
    ? 'check that the network leads there: security groups, route, VPN or tunnel, port'
    : undefined
}

function codeOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error
  return String((first as { code?: unknown } | undefined)?.code)
}

/** OpenSSL's verification results and Node's own TLS codes. */
const certificate = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_)/
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNRESET'])
