import type { AwsCredentials } from '../config/options.ts'

/** What a token is made for. RDS signs host, port and user; DSQL host and action. */
export interface TokenRequest {
  service: 'rds' | 'dsql'
  host: string
  port: number
  region: string
  user: string
  lifetimeMs: number
}

/** Makes the token text. `now` is the clock's time in milliseconds since 1970. */
export type Sign = (request: TokenRequest, credentials: AwsCredentials, now: number) => Promise<string>

/**
 * The role `admin` enters DSQL with DbConnectAdmin and every other with DbConnect; the reverse is refused with
 * `Wrong user to action mapping`. The name is compared exactly (recorded 2026-10-01).
 */
export function dsqlAction(user: string): 'DbConnect' | 'DbConnectAdmin' {
  return user === 'admin' ? 'DbConnectAdmin' : 'DbConnect'
}

/** Signs with AWS's own signer packages, which read the system's clock themselves. */
export const signWithAws: Sign = (request, credentials) =>
  request.service === 'rds' ? signRds(request, credentials) : signDsql(request, credentials)

async function signRds({ host, port, region, user }: TokenRequest, credentials: AwsCredentials): Promise<string> {
  const { Signer } = await import('@aws-sdk/rds-signer')
  return new Signer({
    hostname: host,
    port,
    username: user,
    region,
    credentials: signingKeys(credentials),
  }).getAuthToken()
}

async function signDsql(
  { host, region, user, lifetimeMs }: TokenRequest,
  credentials: AwsCredentials,
): Promise<string> {
  const { DsqlSigner } = await import('@aws-sdk/dsql-signer')
  const signer = new DsqlSigner({
    hostname: host,
    region,
    credentials: signingKeys(credentials),
    expiresIn: lifetimeMs / 1000,
  })
  return dsqlAction(user) === 'DbConnectAdmin' ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken()
}

interface SigningKeys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** The keys alone; a field that is present but undefined overwrites a default of the signers (dsql-signer 3.1142). */
export function signingKeys({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): SigningKeys {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
