/** A host and a TCP port. */
export interface Address {
  host: string
  port: number
}

/** What differs between the services, as data, so that no room asks which service it talks to. */
export interface Capabilities {
  /** Whether several schema changes can share one transaction. */
  transactionalDdl: boolean
  advisoryLocks: boolean
  /** Whether the server makes further databases. */
  severalDatabases: boolean
  /** How an IAM identity is tied to a role in the database; `none` on a plain PostgreSQL. */
  iamAttachment: 'rds_iam' | 'aws-iam' | 'none'
  /** DSQL's `public` belongs to the system: grants on the schema itself are refused. */
  publicSchemaIsSystem: boolean
  /** Whether ALTER DEFAULT PRIVILEGES has to be tried before it is relied on. */
  defaultPrivilegesUnproven: boolean
  /** Whether a change of the catalog is an error once in sessions that others have open. */
  catalogChangesConflict: boolean
  /** Whether it has to be tried which of PostgreSQL's catalogs can be read. */
  catalogsUnproven: boolean
  /** How `search_path` may be set: RDS Proxy lists no `options` among its startup parameters. */
  searchPathBy: 'startup' | 'statement'
  /** How many prepared statements a connection keeps unless told otherwise: RDS Proxy pins a connection for the first. */
  statementCache: number
  /** Startup parameters that end the connection at once. */
  refusedStartupParameters: readonly string[]
  /** The age at which the server ends a session, in milliseconds. */
  maxConnectionAgeMs: number | undefined
  /** How fast new connections may come; `undefined` where no limit is known. */
  pacing: Pacing | undefined
  /** The levels that a transaction can be asked for; `any` hands on whatever is asked. */
  isolationLevels: 'any' | readonly string[]
  /** Whether transactions nest, by savepoints. */
  savepoints: boolean
  /** Whether the sessions of others can be seen and ended. */
  showsSessions: boolean
}

/** A limit on new connections: so many a second, after a first burst of so many. */
export interface Pacing {
  connectionsPerSecond: number
  burst: number
}

/** Where a host's certificate chain ends. */
export type Trust = 'rds-roots' | 'public-roots'

/** A database endpoint as its host name tells it. */
export interface Endpoint {
  service: 'rds' | 'dsql' | 'postgresql'
  /** `writer`, `reader`, `custom`, `limitless` and `global` are Aurora cluster endpoints. */
  kind: 'instance' | 'writer' | 'reader' | 'custom' | 'limitless' | 'global' | 'proxy' | 'cluster' | 'server'
  /** Absent where the name does not tell it. */
  region: string | undefined
  trust: Trust
  capabilities: Capabilities
}

/** The endpoint behind an AWS host name; `undefined` for any other name. Case and a trailing dot do not matter. */
export function recogniseHost(host: string): Endpoint | undefined {
  const name = host.toLowerCase().replace(/\.$/, '')
  for (const form of hostForms) {
    const match = form.pattern.exec(name)
    if (match) return form.endpoint(match.groups ?? {})
  }
  return undefined
}

/** A VPC endpoint name carries no certificate for itself, so it can be dialled but not verified. */
export function isVpcEndpointName(host: string): boolean {
  return /^vpce-[^.]+\..*\.vpce\.amazonaws\.com\.?$/i.test(host)
}

/** The endpoint of a service on a host whose name says nothing, by the user's word. */
export function declaredEndpoint(service: 'rds' | 'dsql', region: string | undefined): Endpoint {
  return service === 'dsql' ? dsqlEndpoint(region) : rdsEndpoint('instance', region)
}

/** A PostgreSQL that is not AWS's: password logins only. */
export function plainEndpoint(): Endpoint {
  return {
    service: 'postgresql',
    kind: 'server',
    region: undefined,
    trust: 'public-roots',
    capabilities: { ...postgresqlCapabilities, iamAttachment: 'none', pacing: undefined },
  }
}

const postgresqlCapabilities: Capabilities = {
  transactionalDdl: true,
  advisoryLocks: true,
  severalDatabases: true,
  iamAttachment: 'rds_iam',
  publicSchemaIsSystem: false,
  defaultPrivilegesUnproven: false,
  catalogChangesConflict: false,
  catalogsUnproven: false,
  searchPathBy: 'startup',
  statementCache: 100,
  refusedStartupParameters: [],
  maxConnectionAgeMs: undefined,
  /** AWS's pages name 200 new IAM logins a second, above which they are throttled, and no burst. */
  pacing: { connectionsPerSecond: 200, burst: 200 },
  isolationLevels: 'any',
  savepoints: true,
  showsSessions: true,
}

/** DSQL ends sessions after 60 minutes (AWS quotas page, 2026); one schema change a transaction (recorded 2026-09-18). */
const dsqlCapabilities: Capabilities = {
  transactionalDdl: false,
  advisoryLocks: false,
  /** One cluster, one database, `postgres` (AWS's page on its unsupported features, 2026-11). */
  severalDatabases: false,
  iamAttachment: 'aws-iam',
  publicSchemaIsSystem: true,
  /** AWS's samples use it in schemas of their own, its published grammar does not list it (2026-08). */
  defaultPrivilegesUnproven: true,
  /** Its user guide lists pg_proc and pg_database, among others, as not applicable ("System tables", read 2026-11). */
  catalogsUnproven: true,
  /** `schema has been updated by another transaction (OC001)`, 40001, for grants and roles as for tables (seen 2026). */
  catalogChangesConflict: true,
  searchPathBy: 'startup',
  statementCache: 100,
  /** `pg` sends these in the startup packet when asked to; DSQL answers FATAL 0A000 (recorded 2026-07-23). */
  refusedStartupParameters: ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'],
  maxConnectionAgeMs: 3_600_000,
  /** AWS quotas page, 2026. */
  pacing: { connectionsPerSecond: 100, burst: 1000 },
  /** Every transaction is of this level, and any SET TRANSACTION is refused (0A000, recorded 2026-09-15). */
  isolationLevels: ['REPEATABLE READ'],
  savepoints: false,
  showsSessions: false,
}

const region = '(?<region>[a-z]{2,4}(?:-[a-z]+)+-\\d+)'
/** Suffixes as AWS's Node.js wrapper lists them (rds_utils, 2026-07-21). */
const rdsSuffix = '(?:amazonaws\\.com|amazonaws\\.com\\.cn|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov)'
const clusterKinds = { '': 'writer', '-ro': 'reader', '-custom': 'custom' } as const

interface HostForm {
  pattern: RegExp
  endpoint: (groups: Record<string, string | undefined>) => Endpoint
}

/** `REGION.rds.` is the usual order, `rds.REGION.` that of China and the isolated partitions; both are accepted everywhere. */
const rdsHost = (labels: string) => new RegExp(`^${labels}\\.(?:${region}\\.rds|rds\\.${secondRegion})\\.${rdsSuffix}$`)
const secondRegion = region.replace('<region>', '<region2>')
const regionOf = (groups: Record<string, string | undefined>) => groups.region ?? groups.region2

const hostForms: readonly HostForm[] = [
  {
    pattern: rdsHost('[^.]+\\.cluster(?<role>-ro|-custom|)-[a-z0-9]+'),
    endpoint: (groups) => rdsEndpoint(clusterKinds[(groups.role ?? '') as keyof typeof clusterKinds], regionOf(groups)),
  },
  {
    pattern: rdsHost('(?:[^.]+\\.)?[^.]+\\.proxy-[a-z0-9]+'),
    endpoint: (groups) => rdsEndpoint('proxy', regionOf(groups)),
  },
  {
    pattern: rdsHost('[^.]+\\.shardgrp-[a-z0-9]+'),
    endpoint: (groups) => rdsEndpoint('limitless', regionOf(groups)),
  },
  {
    pattern: new RegExp(`^[^.]+\\.global-[a-z0-9]+\\.global\\.rds\\.${rdsSuffix}$`),
    endpoint: () => rdsEndpoint('global', undefined),
  },
  {
    pattern: rdsHost('[^.]+\\.[a-z0-9]+'),
    endpoint: (groups) => rdsEndpoint('instance', regionOf(groups)),
  },
  {
    /** Public, PrivateLink (`dsql-XXXX`) and FIPS names; `api.aws` was seen in posts only. */
    pattern: new RegExp(`^[^.]+\\.dsql(?:-[a-z0-9]+)?\\.${region}\\.(?:on|api)\\.aws$`),
    endpoint: (groups) => dsqlEndpoint(groups.region),
  },
]

function rdsEndpoint(kind: Endpoint['kind'], regionName: string | undefined): Endpoint {
  const proxy = kind === 'proxy'
  return {
    service: 'rds',
    kind,
    region: regionName,
    trust: proxy ? 'public-roots' : 'rds-roots',
    capabilities: proxy
      ? { ...postgresqlCapabilities, searchPathBy: 'statement', statementCache: 0 }
      : postgresqlCapabilities,
  }
}

function dsqlEndpoint(regionName: string | undefined): Endpoint {
  return { service: 'dsql', kind: 'cluster', region: regionName, trust: 'public-roots', capabilities: dsqlCapabilities }
}
