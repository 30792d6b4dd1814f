import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'

/** A data directory and what is needed to run it. */
export interface Cluster {
  data: string
  /** Directory of the Unix socket. */
  socket: string
  /** File that the server logs to. */
  log: string
  /** Whether the data is to survive the server, and so a power cut. */
  lasting: boolean
  binaries: Binaries
  account: Account
  /** Is told every process that must not outlive this one. */
  guard: (pid: number) => void
}

/** Makes the data directory with UTF8, collation C and UTC, unless it exists already. */
export async function initialise(cluster: Cluster, superuser: string): Promise<void> {
  const { data, binaries, account } = cluster
  if (existsSync(data)) return account.own(data)
  // A start that was killed half-way must not leave what the next one takes for a data directory.
  const unfinished = `${data}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  await account.own(unfinished)
  const layout = ['-D', account.nameOfCwd(unfinished), '-U', superuser, '--encoding=UTF8', '--locale=C', '--auth=trust']
  const child = run(cluster, binaries.initdb, [...layout, '--no-sync', '--no-instructions'], unfinished)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`initdb failed (${code}).\n${tail(cluster.log)}`)
  await writeFile(join(unfinished, 'pg_hba.conf'), hba)
  await rename(unfinished, data)
}

// The socket's directory is the lock on the first line.
const hba = `local all all trust
local replication all reject
host all all 127.0.0.1/32 scram-sha-256
`

/** Starts the server, on a free port or the given one, and waits until it takes connections, at most `timeoutMs`. */
export async function launch(
  cluster: Cluster,
  settings: Record<string, string>,
  timeoutMs: number,
  fixedPort?: number,
): Promise<{ child: ChildProcess; port: number; version: string }> {
  for (let attempt = 1; ; attempt++) {
    const port = fixedPort ?? (await freePort())
    const child = run(cluster, cluster.binaries.postgres, serverArguments(cluster, port, settings), cluster.data)
    try {
      await ready(cluster, child, timeoutMs)
      child.unref()
      return { child, port, version: /starting PostgreSQL (\S+)/.exec(tail(cluster.log))?.[1] ?? 'unknown' }
    } catch (error) {
      await terminate(child, false)
      // Between asking for a free port and taking it, somebody else can have taken it.
      if (attempt === 3 || !/could not bind/.test(tail(cluster.log))) throw error
    }
  }
}

/** Stops the server: in order when its data is to last, at once when not. */
export async function terminate(child: ChildProcess, lasting: boolean): Promise<void> {
  const ended = () => child.exitCode !== null || child.signalCode !== null
  if (child.pid === undefined || ended()) return
  child.ref()
  const exit = once(child, 'exit')
  for (const signal of lasting ? (['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) : (['SIGQUIT', 'SIGKILL'] as const)) {
    child.kill(signal)
    await Promise.race([exit, sleep(10_000, undefined, { ref: false })])
    if (ended()) return
  }
}

function run(cluster: Cluster, program: string, args: string[], cwd: string): ChildProcess {
  const log = openSync(cluster.log, 'w', 0o600)
  const { binaries, account, guard } = cluster
  // A session of its own: Ctrl-C in a terminal stops the emulator, which then stops its server.
  const options = { env: binaries.env, cwd, detached: true, ...account.identity }
  const child = spawn(program, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  if (child.pid !== undefined) guard(child.pid)
  return child
}

function serverArguments(cluster: Cluster, port: number, settings: Record<string, string>): string[] {
  const hasty = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: cluster.socket,
    unix_socket_permissions: '0700',
    timezone: 'UTC',
    ...(cluster.lasting ? {} : hasty),
    ...settings,
  }
  const pairs = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', cluster.account.nameOfCwd(cluster.data), '-p', String(port), ...pairs]
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function ready(cluster: Cluster, child: ChildProcess, timeoutMs: number): Promise<void> {
  const pidFile = join(cluster.data, 'postmaster.pid')
  const deadline = performance.now() + timeoutMs
  let failure: Error | undefined
  child.once('error', (error) => (failure = error))
  while (performance.now() < deadline) {
    if (failure) throw failure
    if (child.exitCode !== null || child.signalCode !== null) break
    // The postmaster writes its state into the eighth line; this is what pg_ctl waits for.
    const lines = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n') : []
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return
    await sleep(10)
  }
  throw new Error(`PostgreSQL did not start.\n${tail(cluster.log)}`)
}

function tail(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : ''
}
