import { type ParsedToken, parseAmzDate } from './token.ts'
import { type Expected, type Refusal, refuse } from './verdict.ts'

/** What a token says of itself, once it is what this login expects. */
export interface Claims {
  accessKeyId: string
  /** The service name in the credential scope. */
  scope: 'rds-db' | 'dsql'
  amzDate: string
  signedAt: Date
  expiresSeconds: number
  signature: string
  /** Empty for long-lived credentials. */
  sessionToken: string
}

const services = {
  // 900 s is fixed by every RDS signer, and RDS refuses an older token (AWS troubleshooting page, 2025).
  rds: { scope: 'rds-db', maxExpiresSeconds: 900, own: ['Action', 'DBUser'] },
  // 604,800 s is SigV4's own ceiling for presigned requests.
  dsql: { scope: 'dsql', maxExpiresSeconds: 604_800, own: ['Action'] },
} as const

const signedNames = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
]

/** Reads the claims of a token, or says which of them is not what this login expects. */
export function readClaims(token: ParsedToken, expected: Expected): Claims | Refusal {
  const { scope, maxExpiresSeconds, own } = services[expected.service]
  const get = (name: string): string => token.parameters.get(name) ?? ''

  const needed = [...own, ...signedNames]
  const missing = needed.filter((name) => !token.parameters.has(name))
  const known = new Set([...needed, 'X-Amz-Security-Token'])
  const extra = [...token.parameters.keys()].filter((name) => !known.has(name))
  if (missing.length > 0) return refuse('malformed', `The token lacks ${missing.join(', ')}.`)
  if (extra.length > 0) return refuse('malformed', `The token has ${extra.length} parameter(s) that no signer writes.`)
  if (get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') return refuse('algorithm', 'Only AWS4-HMAC-SHA256 is accepted.')
  if (get('X-Amz-SignedHeaders') !== 'host') return refuse('malformed', 'The host header alone must be signed.')

  const amzDate = get('X-Amz-Date')
  const signedAt = parseAmzDate(amzDate)
  if (!signedAt) return refuse('malformed', 'X-Amz-Date is not YYYYMMDDTHHMMSSZ.')
  const expires = get('X-Amz-Expires')
  const expiresSeconds = /^[1-9]\d{0,5}$/.test(expires) ? Number(expires) : Number.NaN
  if (!(expiresSeconds <= maxExpiresSeconds))
    return refuse('malformed', `X-Amz-Expires is not a number of seconds from 1 to ${maxExpiresSeconds}.`)

  const [accessKeyId = '', ...credentialScope] = get('X-Amz-Credential').split('/')
  const expectedScope = `${amzDate.slice(0, 8)}/${expected.region}/${scope}/aws4_request`
  if (credentialScope.join('/') !== expectedScope)
    return refuse('scope', `The token's credential scope is not ${expectedScope}.`)

  const refusal = checkTarget(token.authority, get, expected)
  return (
    refusal ?? {
      accessKeyId,
      scope,
      amzDate,
      signedAt,
      expiresSeconds,
      signature: get('X-Amz-Signature'),
      sessionToken: get('X-Amz-Security-Token'),
    }
  )
}

function checkTarget(authority: string, get: (name: string) => string, expected: Expected): Refusal | undefined {
  const { service, signHost, signPort, user } = expected
  const wanted = service === 'rds' ? `${signHost}:${signPort}` : signHost
  if (authority !== wanted) return refuse('host', `The token is not signed for ${wanted}.`)
  const action = get('Action')
  if (service === 'rds') {
    if (action !== 'connect') return refuse('action', "The token's action is not connect.")
    return get('DBUser') === user ? undefined : refuse('user', `The token is signed for another user than "${user}".`)
  }
  if (action === requiredDsqlAction(user)) return undefined
  if (action !== 'DbConnect' && action !== 'DbConnectAdmin')
    return refuse('action', "The token's action is neither DbConnect nor DbConnectAdmin.")
  const text = `Wrong user to action mapping. user: ${user}, action: ${action}`
  return refuse('action', text, text)
}

/** `admin`, in exactly this spelling, logs in by DbConnectAdmin, everyone else by DbConnect. */
export function requiredDsqlAction(user: string): 'DbConnect' | 'DbConnectAdmin' {
  return user === 'admin' ? 'DbConnectAdmin' : 'DbConnect'
}
