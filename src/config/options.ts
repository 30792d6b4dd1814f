import type { LookupFunction } from 'node:net'
import type { PrismaPg } from '@prisma/adapter-pg'
import type { PoolConfig } from 'pg'
import type { Pacing } from './endpoint.ts'

type PrismaPgOptions = NonNullable<ConstructorParameters<typeof PrismaPg>[1]>

/** One AWS identity's keys, in the shape that the AWS SDK uses. */
export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
  /** When the session behind the keys ends; a token dies with it. */
  expiration?: Date | undefined
}

/** Any provider of the AWS SDK fits: Vercel's OIDC, STS assume-role, SSO. */
export type CredentialProvider = (options?: { forceRefresh?: boolean }) => Promise<AwsCredentials>

/** `pg`'s own pool settings, less those that say where and as whom to connect. */
export type PoolOptions = Pick<PoolConfig, (typeof poolOptionNames)[number]>

/** `PrismaPg`'s own options, less those that this package decides. */
export type AdapterOptions = Omit<PrismaPgOptions, 'schema' | 'disposeExternalPool'>

/**
 * How to connect; every field is optional, because `DATABASE_URL`, `PG*` and `AWS_REGION` fill in what is absent.
 *
 * A field given here wins over the URL, the URL over `PG*`.
 */
export interface IamOptions {
  /** A PostgreSQL URL without a password: `postgresql://app@HOST/DATABASE?schema=app`. Default `DATABASE_URL`. */
  url?: string
  /** The host to dial. Default that of the URL (its `hostaddr` first, as in libpq), else `PGHOST` (`PGHOSTADDR` first). */
  host?: string
  /** The port to dial. Default that of the URL, else `PGPORT`, else 5432. */
  port?: number
  /** The database role. No default beyond the URL and `PGUSER`. */
  user?: string
  /** Default that of the URL, else `PGDATABASE`; on DSQL `postgres`, the only one there is. */
  database?: string
  /** The schema that queries use and that comes first in `search_path`. Default the URL's `schema`. */
  schema?: string
  /** Sign and verify TLS for this endpoint, though `host` (a tunnel, a CNAME) is dialled. Default `host`. */
  signHost?: string
  /** The port in the token of RDS. Default the port dialled, or 5432 with `signHost`. */
  signPort?: number
  /** Only where the signing host does not tell it. */
  service?: 'rds' | 'dsql'
  /** Only where the signing host does not tell it. Default `AWS_REGION`. */
  region?: string
  /** A profile of the shared AWS config files, honoured for both services. Default `AWS_PROFILE`. */
  profile?: string
  /** Default AWS's own provider chain. */
  credentials?: AwsCredentials | CredentialProvider
  /** How long DSQL tokens are valid, in milliseconds. Default 900,000, at most 604,800,000. RDS has 900,000 always. */
  tokenLifetimeMs?: number
  /** Roots to trust instead of the known ones. Chain and host name are verified always. */
  tls?: {
    /** PEM text of one or more certificates. */
    ca?: string | readonly string[]
    /** A PEM file of one or more certificates. Default `sslrootcert` of the URL, else `PGSSLROOTCERT`. */
    caFile?: string
  }
  /** A plain password login instead of IAM. */
  password?: string | (() => string | Promise<string>)
  /** Settings of the `pg` pool. */
  pool?: PoolOptions
  /**
   * How fast this process opens connections to the endpoint. Default the service's own limit: on DSQL 100 a second
   * after a burst of 1,000, on RDS and Aurora PostgreSQL 200 a second.
   */
  pacing?: Partial<Pacing>
  /**
   * How many prepared statements a connection keeps: statements of `iamAdapter`, and those that `pool.query` of `iamPool`
   * is asked for with parameters. Default 100, or `statement_cache_size` of the URL; 0 turns it off, as for RDS Proxy and with `pgbouncer=true`, where prepared statements pin a connection.
   */
  statementCache?: number
  /** Options of `PrismaPg`. */
  adapter?: AdapterOptions
}

/** What the world gives, as arguments; the defaults are this process's own. */
export interface Edges {
  env?: Readonly<Record<string, string | undefined>>
  /** The time in milliseconds since 1970. Default `Date.now`. */
  clock?: () => number
  /** A number from 0 up to 1. Default `Math.random`. */
  random?: () => number
  /** How the name that is dialled becomes an address, once for each connection. Default Node's own `dns.lookup`. */
  lookup?: LookupFunction
}

/** The names of all top-level options, for telling a typo. */
export const optionNames: readonly (keyof IamOptions)[] = [
  'url',
  'host',
  'port',
  'user',
  'database',
  'schema',
  'signHost',
  'signPort',
  'service',
  'region',
  'profile',
  'credentials',
  'tokenLifetimeMs',
  'tls',
  'password',
  'pool',
  'statementCache',
  'pacing',
  'adapter',
]

/** The names of `pg`'s settings that are handed through. */
export const poolOptionNames = [
  'max',
  'min',
  'idleTimeoutMillis',
  'connectionTimeoutMillis',
  'maxUses',
  'maxLifetimeSeconds',
  'allowExitOnIdle',
  'application_name',
  'statement_timeout',
  'query_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'keepAlive',
  'keepAliveInitialDelayMillis',
  'types',
] as const

/** The names of `PrismaPg`'s options that are handed through. */
export const adapterOptionNames: readonly (keyof AdapterOptions)[] = [
  'onPoolError',
  'onConnectionError',
  'userDefinedTypeParser',
  'statementNameGenerator',
]
