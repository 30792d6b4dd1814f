import { dsqlAction, type Sign, signingKeys, type TokenRequest } from './sign.ts'

/**
 * Signs for the given time instead of the system's: AWS's signer classes take no time, so a clock that was passed in
 * (a test that runs through a day in seconds) needs the presigner that both are built on.
 */
export const signAt: Sign = async (request, credentials, now) => {
  const { SignatureV4 } = await import('@smithy/signature-v4')
  const { Sha256 } = await import('@smithy/core/checksum')
  const { service, region, lifetimeMs } = request
  const presigner = new SignatureV4({
    service: service === 'rds' ? 'rds-db' : 'dsql',
    region,
    credentials: signingKeys(credentials),
    sha256: Sha256,
  })
  const host = service === 'rds' ? `${request.host}:${request.port}` : request.host
  const presigned = await presigner.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: request.host,
      path: '/',
      query: queryOf(request),
      headers: { host },
    },
    { expiresIn: lifetimeMs / 1000, signingDate: new Date(now) },
  )
  return `${host}/?${Object.entries(presigned.query ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${escapeUri(name)}=${escapeUri(String(value))}`)
    .join('&')}`
}

function queryOf(request: TokenRequest): Record<string, string> {
  return request.service === 'rds' ? { Action: 'connect', DBUser: request.user } : { Action: dsqlAction(request.user) }
}

/** SigV4 escapes what encodeURIComponent leaves (RFC 3986). */
function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
