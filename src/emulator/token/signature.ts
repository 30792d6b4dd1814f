import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What goes into the signature of a presigned GET of `/` that signs the `host` header alone. */
export interface SignedRequest {
  secretAccessKey: string
  /** `X-Amz-Date`. */
  amzDate: string
  region: string
  /** The service name of the credential scope: `rds-db` or `dsql`. */
  scope: string
  /** The `host` header. */
  authority: string
  /** Encoded `name=value` pairs in any order, without `X-Amz-Signature`. */
  pairs: readonly string[]
}

/** Whether `signature` (64 lower-case hex digits) is AWS Signature Version 4 of this request, in constant time. */
export function isSignatureOf(request: SignedRequest, signature: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false
  return timingSafeEqual(Buffer.from(signature, 'hex'), sign(request))
}

/** Whether two secrets are equal, in a time that tells nothing about where they differ. */
export function isSameSecret(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right))
}

function sign({ secretAccessKey, amzDate, region, scope, authority, pairs }: SignedRequest): Buffer {
  const day = amzDate.slice(0, 8)
  const credentialScope = [day, region, scope, 'aws4_request']
  const query = [...pairs].sort(byName).join('&')
  const canonicalRequest = ['GET', '/', query, `host:${authority}`, '', 'host', sha256('').toString('hex')].join('\n')
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    amzDate,
    credentialScope.join('/'),
    sha256(canonicalRequest).toString('hex'),
  ].join('\n')
  const key = credentialScope.reduce<Buffer>(
    (parent, part) => hmac(parent, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
  return hmac(key, stringToSign)
}

// SigV4 sorts by encoded name; every name occurs once, so the value never decides.
function byName(left: string, right: string): number {
  const [a, b] = [left.slice(0, left.indexOf('=')), right.slice(0, right.indexOf('='))]
  return a < b ? -1 : a > b ? 1 : 0
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
