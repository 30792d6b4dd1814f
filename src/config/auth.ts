import type { UrlParts } from './connection-url.ts'
import type { Endpoint } from './endpoint.ts'
import type { AwsCredentials, CredentialProvider, Edges, IamOptions } from './options.ts'
import type { Problems } from './problems.ts'

/** A login by tokens. */
export interface IamAuth {
  kind: 'iam'
  service: 'rds' | 'dsql'
  region: string
  profile: string | undefined
  credentials: AwsCredentials | CredentialProvider | undefined
  tokenLifetimeMs: number
}

/** A plain password login. */
export interface PasswordAuth {
  kind: 'password'
  password: () => Promise<string>
}

/** How the server is convinced of who comes. */
export type Auth = IamAuth | PasswordAuth

/** RDS accepts tokens of 15 minutes and nothing else; DSQL up to SigV4's own limit of a week. */
const defaultTokenLifetimeMs = 900_000
const longestTokenLifetimeMs = 604_800_000

/** IAM, unless a password was given in a place where one may stand. */
export function resolveAuth(
  options: IamOptions,
  url: UrlParts,
  env: NonNullable<Edges['env']>,
  target: { endpoint: Endpoint; verify: { host: string } } | undefined,
  problems: Problems,
): Auth | undefined {
  const endpoint = target?.endpoint
  const tokenLifetimeMs = readLifetime(options, endpoint, problems)
  if (options.password !== undefined) return passwordAuth(options.password)
  if (target === undefined || endpoint === undefined) return undefined
  if (endpoint.service === 'postgresql') {
    if (url.password !== undefined) return passwordAuth(url.password)
    if (env.PGPASSWORD) return passwordAuth(env.PGPASSWORD)
    return problems.add(
      `${target.verify.host} is not a host of AWS, so no token can be signed for it: correct it, pass \`signHost\` with the endpoint's own name (tunnel, CNAME), or give a password`,
    )
  }
  if (url.password !== undefined) {
    return problems.add(
      'the URL of an AWS host holds a password: take it out to log in by IAM, or pass it as `password` (in `iam` of the config file: `admin.password`)',
    )
  }
  if (endpoint.region === undefined) {
    return problems.add('unknown region: the host does not tell it, so pass `region` or set AWS_REGION')
  }
  const { service, region } = endpoint
  return { kind: 'iam', service, region, profile: options.profile, credentials: options.credentials, tokenLifetimeMs }
}

function passwordAuth(password: NonNullable<IamOptions['password']>): Auth {
  return { kind: 'password', password: async () => (typeof password === 'function' ? password() : password) }
}

function readLifetime(options: IamOptions, endpoint: Endpoint | undefined, problems: Problems): number {
  const lifetimeMs = options.tokenLifetimeMs
  if (lifetimeMs === undefined) return defaultTokenLifetimeMs
  if (!Number.isInteger(lifetimeMs / 1000) || lifetimeMs < 1000 || lifetimeMs > longestTokenLifetimeMs) {
    problems.add('`tokenLifetimeMs` must be whole seconds in milliseconds, from 1000 to 604800000 (a week)')
  } else if (endpoint?.service === 'rds' && lifetimeMs !== defaultTokenLifetimeMs) {
    problems.add('`tokenLifetimeMs` is for Aurora DSQL: tokens of RDS and Aurora PostgreSQL live 900000 always')
  }
  return lifetimeMs
}
