import type { Backend } from './backend.ts'
import { prepareDsqlCatalog } from './dsql/catalog.ts'
import { createNeighbours, type Neighbours } from './dsql/conflicts/neighbours.ts'
import { type RunningJobs, runJobs } from './dsql/jobs.ts'
import { createDsqlSession, lockSettings } from './dsql/session.ts'
import { version } from './dsql/version.ts'
import type { Service } from './endpoint.ts'
import { createReadOnlyFilter } from './faults/read-only.ts'
import { dsqlGate } from './login/dsql-gate.ts'
import type { Gate } from './login/gate.ts'
import type { Session } from './login/login.ts'
import { rdsGate } from './login/rds-gate.ts'
import { prepareRdsRoles } from './login/rds-roles.ts'
import type { Identity } from './token/identity.ts'
import { parameterStatus, readParameterStatus, typeOf } from './wire/messages.ts'
import type { Filter, FilterEnds } from './wire/relay.ts'

/** What makes one service differ from the other: who gets in, and what happens then. */
export interface ServiceDoors {
  /** Judges tokens for the given host, one of the endpoint's. */
  gateOf: (signHost: string) => Gate
  greeting: (message: Buffer) => Buffer
  /** What PostgreSQL is told of a session that the client does not say. */
  settings: Readonly<Record<string, string>>
  /** What stands between a client that is in and PostgreSQL. */
  filter: (session: Session, line: Line) => (ends: FilterEnds) => Filter
  /** The longest message in bytes that a client may send. */
  maxClientMessage: number
  database: string
  admin: string
  adminPassword?: string
  /** What only a DSQL cluster has. */
  dsql?: { neighbours: Neighbours; jobs: RunningJobs }
}

/** What can befall a session's connection. */
export interface Line {
  /** Whether the session's instance is a reader at this moment. */
  onReader: () => boolean
}

/** Everything about the pretended endpoint. */
export interface ServiceOptions {
  service: Service
  signHost: string
  signPort: number
  region: string
  identities: readonly Identity[]
  clock: () => Date
  database?: string
  admin?: string
  adminAuth?: 'iam' | 'password'
  dsql?: DsqlOptions
}

/** What can be chosen of a DSQL cluster. */
export interface DsqlOptions {
  /**
   * Whether a session is told once that the catalog has changed (OC001) whenever another has changed it, also outside
   * of a transaction, as DSQL does; `false` tells only where a transaction was open. Default true.
   */
  strictCatalog?: boolean
  /** How long a connection may last, by `clock`; default an hour. */
  connectionLifetimeMs?: number
  /** How long asynchronous jobs take; default no time. */
  jobs?: { durationMs: number }
}

/**
 * Finds what the service does not have among the options, before anything is started.
 * @throws Error naming the option
 */
export function checkServiceOptions(options: Pick<ServiceOptions, 'service' | keyof typeof fixed>): void {
  if (options.service !== 'dsql') return
  for (const name of ['database', 'admin', 'adminAuth'] as const) {
    if (options[name] !== undefined && options[name] !== fixed[name]) {
      throw new Error(`On DSQL the ${name} is always ${fixed[name]}.\nHint: leave the option out.`)
    }
  }
}

const fixed = { database: 'postgres', admin: 'admin', adminAuth: 'iam' } as const

/** Prepares the backend's roles for the service and answers its rules. */
export function openService(options: ServiceOptions, backend: Backend): Promise<ServiceDoors> {
  return options.service === 'rds' ? openRds(options, backend) : openDsql(options, backend)
}

async function openRds(options: ServiceOptions, { query, upstream }: Backend): Promise<ServiceDoors> {
  const { database = 'postgres', adminAuth = 'iam' } = options
  // A foreign server's superuser is often called postgres; the master must not be the superuser.
  const admin = options.admin ?? (upstream.user === 'postgres' ? 'master' : 'postgres')
  if (admin === upstream.user) {
    throw new Error(`The master must not be the superuser "${admin}".\nHint: choose another name for the admin.`)
  }
  const adminPassword = await prepareRdsRoles(query, { user: admin, auth: adminAuth, database })
  return {
    gateOf: (signHost) => rdsGate({ ...options, query, signHost }),
    greeting: (message) => message,
    settings: {},
    filter:
      (_session, { onReader }) =>
      (ends) =>
        createReadOnlyFilter(onReader, ends),
    maxClientMessage: maxRdsMessage,
    database,
    admin,
    ...(adminPassword === undefined ? {} : { adminPassword }),
  }
}

async function openDsql(options: ServiceOptions, { query }: Backend): Promise<ServiceDoors> {
  const catalog = await prepareDsqlCatalog(query)
  const neighbours = createNeighbours(options.dsql)
  const lifetimeMs = options.dsql?.connectionLifetimeMs
  const lifetime = lifetimeMs === undefined ? {} : { lifetimeMs }
  const jobs = await runJobs(query, options.dsql?.jobs?.durationMs ?? 0)
  return {
    gateOf: (signHost) => dsqlGate({ ...options, catalog, signHost }),
    greeting: asDsql,
    settings: lockSettings,
    filter:
      ({ user }) =>
      (ends) =>
        createDsqlSession({ user, neighbours, clock: options.clock, ...lifetime, ...ends }),
    maxClientMessage: maxDsqlMessage,
    database: fixed.database,
    admin: fixed.admin,
    dsql: { neighbours, jobs },
  }
}

// PQ_LARGE_MESSAGE_LIMIT of PostgreSQL (libpq/libpq.h).
const maxRdsMessage = 0x3fff_ffff - 1
// "Protocol message 10 MiB" (DSQL quotas, 2026); the documentation's text for a longer one is 08P01, FATAL.
const maxDsqlMessage = 10 * 1024 * 1024

function asDsql(message: Buffer): Buffer {
  if (typeOf(message) !== 'S' || readParameterStatus(message)[0] !== 'server_version') return message
  return parameterStatus('server_version', version.text)
}
