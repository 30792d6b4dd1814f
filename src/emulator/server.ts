import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { openBackend } from './backend.ts'
import { serve } from './connection.ts'
import { pretend, type Service } from './endpoint.ts'
import type { EmulatorEvent } from './events.ts'
import { openScratch } from './postgres/scratch.ts'
import { checkServiceOptions, openService } from './service.ts'
import { makeCertificates } from './tls/certificates.ts'
import { defaultIdentity } from './token/default-identity.ts'
import type { Identity } from './token/identity.ts'
import { createCancels } from './wire/cancel.ts'

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
  /** How long a client may take to log in; default 15,000 ms. */
  loginTimeoutMs?: number
  /** Told of logins and refusals, with the reasons that clients are not told. */
  onEvent?: (event: EmulatorEvent) => void
}

/** A running emulator, and everything that a client needs to get in. */
export interface Emulator {
  service: Service
  host: string
  port: number
  signHost: string
  signPort: number
  region: string
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
  /** Ends all connections, the listener, PostgreSQL, and removes what was temporary; safe to call twice. */
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
    const certificates = makeCertificates(endpoint.signHost)
    const caFile = join(options.directory ?? scratch.path, 'ca.pem')
    const backend = await openBackend(options)
    undo.push(backend.close)
    await writeFile(caFile, certificates.ca)
    const doors = await openService({ ...options, ...endpoint, signPort, identities, clock }, backend)

    const connections = new Set<Socket>()
    const cancels = createCancels(backend.upstream)
    const context = createSecureContext({ cert: certificates.cert, key: certificates.key })
    const { loginTimeoutMs = 15_000 } = options
    const shared = { ...doors, upstream: backend.upstream, cancels, onEvent, context, loginTimeoutMs }
    const server = createServer((raw) => {
      connections.add(raw)
      raw.once('close', () => connections.delete(raw))
      void serve(raw, shared)
    })
    server.listen(options.port ?? 0, host)
    await once(server, 'listening')
    undo.push(async () => {
      server.close()
      for (const raw of connections) raw.destroy()
    })

    const { accessKeyId, secretAccessKey, arn } = first
    const { admin, adminPassword, database } = doors
    return {
      service,
      host,
      port: (server.address() as AddressInfo).port,
      ...endpoint,
      signPort,
      database,
      admin,
      ...(adminPassword === undefined ? {} : { adminPassword }),
      caFile,
      ca: certificates.ca,
      accessKeyId,
      secretAccessKey,
      arn,
      superuser: backend.superuser,
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
