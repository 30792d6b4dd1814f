import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openBackend } from './backend.ts'
import type { Jobs } from './dsql/jobs.ts'
import { pretend, type Service } from './endpoint.ts'
import type { EmulatorEvent } from './events.ts'
import type { Faults } from './faults/faults.ts'
import { openFront } from './front.ts'
import { openScratch } from './postgres/scratch.ts'
import { checkServiceOptions, type DsqlOptions, openService } from './service.ts'
import type { ExecutedStatement } from './statements/log.ts'
import { makeAuthority } from './tls/certificates.ts'
import { defaultIdentity } from './token/default-identity.ts'
import type { Identity } from './token/identity.ts'

/** What to emulate; only `service` is required. */
export interface EmulatorOptions {
  service: Service
  /** Where to listen; default a free port. */
  port?: number
  /** The address to listen on; default `127.0.0.1`. */
  host?: string
  /** The AWS endpoint to pretend to be; default a believable one. Certificate and tokens must name it. */
  signHost?: string
  /** The port that RDS tokens must name; default 5432. DSQL tokens name none. */
  signPort?: number
  /** Default: the region in `signHost`, or `eu-west-1`. */
  region?: string
  /** RDS: the first database, owned by the master; default `postgres`. DSQL has `postgres` only. */
  database?: string
  /** RDS: the master's name; default `postgres`. On DSQL it is `admin`. */
  admin?: string
  /** RDS: whether the master logs in by token, as a member of `rds_iam` (default), or by password. */
  adminAuth?: 'iam' | 'password'
  /** Who there is at AWS; default one identity with random keys that may do everything. */
  identities?: readonly Identity[]
  /** The time that tokens are judged by; default the real one. */
  clock?: () => Date
  /** Keeps the data between runs, and puts `ca.pem` here; default a temporary directory. */
  directory?: string
  /** URL of a superuser at a PostgreSQL to use instead of starting one. */
  upstream?: string
  /** More about a DSQL cluster. */
  dsql?: DsqlOptions
  /** How long a client may take to log in; default 15,000 ms. */
  loginTimeoutMs?: number
  /** Told of logins and refusals, with the reasons that clients are not told. */
  onEvent?: (event: EmulatorEvent) => void
  /** Told of every statement of every session when it ends. */
  onStatement?: (statement: ExecutedStatement) => void
}

/** A running emulator, and everything that a client needs to get in. */
export interface Emulator {
  service: Service
  host: string
  port: number
  signHost: string
  signPort: number
  region: string
  /** The reader endpoint beside the writer's, where `signHost` is that of an Aurora cluster. */
  reader?: { port: number; signHost: string }
  database: string
  admin: string
  /** Only where the admin logs in by password. */
  adminPassword?: string
  /** The certificate authority to trust, as a file and as PEM. */
  caFile: string
  ca: string
  /** Keys and ARN of the first identity. */
  accessKeyId: string
  secretAccessKey: string
  arn: string
  /** The way around the door, for tests: PostgreSQL's own superuser, trusted on a Unix socket. */
  superuser: { host: string; port: number; user: string; database: string; password?: string }
  /** What can go wrong, on demand. */
  faults: Faults
  /**
   * DSQL: lets the next `count` transactions that change something fail at their COMMIT, with 40001 `change conflicts
   * with another transaction (OC000)` or `schema has been updated by another transaction (OC001)`.
   * @throws Error on RDS, where transactions wait for each other
   */
  conflictNext(count: number, code?: 'OC000' | 'OC001'): void
  /** DSQL: how asynchronous jobs go. On RDS, which has none, its methods reject. */
  jobs: Jobs
  /** Ends all connections, the listeners, PostgreSQL, and removes what was temporary; safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts a local server that logs clients in as RDS, Aurora or DSQL do, token verification included,
 * and hands them on to a real PostgreSQL.
 *
 * @throws Error when PostgreSQL is not installed or does not start, or when options contradict each other.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { service, host = '127.0.0.1', signPort = 5432, onEvent = () => {}, clock = () => new Date() } = options
  checkServiceOptions(options)
  const endpoint = pretend(service, options.signHost, options.region)
  const identities = options.identities ?? [defaultIdentity()]
  const [first] = identities
  if (!first) throw new Error('The emulator has no identities, so nobody could get in.\nHint: leave the option out.')

  const undo: (() => Promise<void>)[] = []
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= unwind(undo))
  try {
    const scratch = await openScratch()
    undo.push(scratch.remove)
    const authority = makeAuthority()
    const caFile = join(options.directory ?? scratch.path, 'ca.pem')
    const backend = await openBackend(options)
    undo.push(backend.close)
    await writeFile(caFile, authority.ca)
    const doors = await openService({ ...options, ...endpoint, signPort, identities, clock }, backend)

    const { port = 0, loginTimeoutMs = 15_000, onStatement } = options
    const front = { service, host, port, signHost: endpoint.signHost, authority, backend, doors, clock }
    const { close, ...open } = await openFront({ ...front, loginTimeoutMs, onEvent, onStatement })
    undo.push(async () => close())

    undo.push(async () => doors.dsql?.jobs.close())

    const dsql = (what: string) => {
      if (!doors.dsql) throw new Error(`Only DSQL has ${what}.\nHint: start the emulator with service: 'dsql'.`)
      return doors.dsql
    }
    const { accessKeyId, secretAccessKey, arn } = first
    const { admin, adminPassword, database } = doors
    return {
      service,
      host,
      ...open,
      ...endpoint,
      signPort,
      database,
      admin,
      ...(adminPassword === undefined ? {} : { adminPassword }),
      caFile,
      ca: authority.ca,
      accessKeyId,
      secretAccessKey,
      arn,
      superuser: backend.superuser,
      conflictNext(count, code = 'OC000') {
        dsql('conflicts at COMMIT').neighbours.conflictNext(count, code === 'OC000' ? 'conflict' : 'schemaChanged')
      },
      jobs: {
        take: async (durationMs) => dsql('jobs').jobs.take(durationMs),
        finish: async () => dsql('jobs').jobs.finish(),
        failNext: async (count, details) => dsql('jobs').jobs.failNext(count, details),
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Takes back what was opened, last first; one failure does not keep the rest from being taken back. */
async function unwind(undo: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of undo.reverse()) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, 'The emulator did not stop cleanly.')
}
