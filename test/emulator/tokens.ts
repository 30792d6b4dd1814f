import { createHash, createHmac } from 'node:crypto'
import { DsqlSigner } from '@aws-sdk/dsql-signer'
import { Signer } from '@aws-sdk/rds-signer'
import type { Identity } from '../../src/emulator/token/identity.ts'
import type { Expected } from '../../src/emulator/token/verify.ts'

/** A long-lived identity that may do everything. */
export const alice: Identity = {
  accessKeyId: 'AKIAALICEALICEALICE1',
  secretAccessKey: 'alice/Secret+Key=0123456789abcdefghijklmn',
  arn: 'arn:aws:iam::123456789012:user/alice',
  allow: [{ action: 'rds-db:connect', user: '*' }, { action: 'dsql:DbConnect' }, { action: 'dsql:DbConnectAdmin' }],
}

/** What a login to an Aurora cluster as `app` expects; parts can be replaced. */
export function rds(parts: Partial<Expected> = {}): Expected {
  const region = parts.region ?? 'eu-west-1'
  const signHost = `db.cluster-c0ffee.${region}.rds.amazonaws.com`
  return { service: 'rds', signHost, signPort: 5432, user: 'app', ...parts, region }
}

/** What a login to a DSQL cluster as `app` expects; parts can be replaced. */
export function dsql(parts: Partial<Expected> = {}): Expected {
  const region = parts.region ?? 'eu-central-1'
  const signHost = `abcdefghijklmnopqrstuvwxyz.dsql.${region}.on.aws`
  return { service: 'dsql', signHost, signPort: 5432, user: 'app', ...parts, region }
}

/** Signs a token with AWS's own package, at the present moment, since its signers take no clock. */
export async function sign(
  { service, signHost, signPort, region, user }: Expected,
  identity: Identity,
  expiresIn?: number,
): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = identity
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  if (service === 'rds')
    return new Signer({ hostname: signHost, port: signPort, username: user, region, credentials }).getAuthToken()
  const lifetime = expiresIn === undefined ? {} : { expiresIn }
  const signer = new DsqlSigner({ hostname: signHost, region, credentials, ...lifetime })
  return user === 'admin' ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken()
}

/** Changes parameters of a token and signs it again with the right key, as only its owner could; undefined drops one. */
export function resign(
  token: string,
  changes: Record<string, string | undefined>,
  { secretAccessKey }: Identity,
): string {
  const url = new URL(`https://${token}`)
  url.searchParams.delete('X-Amz-Signature')
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  const get = (name: string) => url.searchParams.get(name) ?? ''
  url.searchParams.sort()
  const query = url.searchParams.toString().replaceAll('+', '%20')
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const host = token.slice(0, token.indexOf('/'))
  const request = ['GET', '/', query, `host:${host}`, '', 'host', hash('')].join('\n')
  const scope = get('X-Amz-Credential').split('/').slice(1)
  const text = ['AWS4-HMAC-SHA256', get('X-Amz-Date'), scope.join('/'), hash(request)].join('\n')
  let key: string | Buffer = `AWS4${secretAccessKey}`
  for (const part of [...scope, text]) key = createHmac('sha256', key).update(part).digest()
  return `${host}/?${query}&X-Amz-Signature=${Buffer.from(key).toString('hex')}`
}
