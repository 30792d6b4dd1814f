/**
 * What to do about a login that failed for another reason than its token: by the codes of TLS, of the network and of the
 * server. Nothing where the error says it all.
 */
export function adviceOnLogin(error: unknown, { isDsql }: { isDsql: boolean }): string | undefined {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  if (code === '3D000') return isDsql ? dsqlDatabase : '`npx prisma-iam migrate` makes it; or correct the name'
  if (code === '28P01') return "the password is not that of this user: see `admin.password`, or the URL's"
  if (code === '57P03') return 'the server is starting, or waking up: run the command again in a moment'
  if (certificate.test(code)) return adviceOnTls(code)
  if (/support SSL connections/.test(message))
    return 'nothing without TLS is trusted: see whether this is the port of PostgreSQL'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'that name leads nowhere from here: see whether it is written right, and the DNS or VPN'
  if (code === 'ECONNREFUSED') return 'nobody listens there: see whether the server or the tunnel is up, and the port'
  return unreachable.has(code)
    ? 'check that the network leads there: security groups, route, VPN or tunnel, port'
    : undefined
}

/** A failure of TLS with the advice in its message: Prisma hands on nothing else. Other errors as they came. */
export function explainTls(error: Error): Error {
  const code = codeOf(error)
  if (!certificate.test(code)) return error
  return Object.assign(new Error(`${error.message}\nHint: ${adviceOnTls(code)}`, { cause: error }), { code })
}

function adviceOnTls(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'another server answers there: correct the host, or name its own endpoint as `signHost` (tunnel, CNAME)'
  }
  if (/EXPIRED|NOT_YET_VALID/.test(code)) return "see this machine's clock, and whether the certificate was renewed"
  if (/^ERR_SSL_/.test(code)) return 'see whether this is the port of PostgreSQL'
  return 'no root that is known here vouches for it: name one by `tls.caFile`, `sslrootcert=` in the URL or PGSSLROOTCERT'
}

function codeOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error
  return String((first as { code?: unknown } | undefined)?.code)
}

const dsqlDatabase = 'the only database of Aurora DSQL is `postgres`: let the URL end in /postgres'
/** OpenSSL's verification results and Node's own TLS codes. */
const certificate = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_)/
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNRESET'])
