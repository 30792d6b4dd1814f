import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Signer } from '@aws-sdk/rds-signer'
import { iamPool } from 'prisma-iam'

const root = join(import.meta.dirname, '..')

/** A server to measure against, in a process of its own so that both sides meet the same one. */
export interface Stand {
  host: string
  port: number
  signHost: string
  signPort: number
  region: string
  database: string
  admin: string
  caFile: string
  ca: string
  accessKeyId: string
  secretAccessKey: string
  stop(): Promise<void>
}

/** Starts the emulator as the CLI does. */
export async function startStand(service: 'rds' | 'dsql'): Promise<Stand> {
  const args = service === 'rds' ? ['--database', 'shop'] : []
  const child = spawn(
    process.execPath,
    [join(root, 'dist/cli/bin.mjs'), 'emulator', '--service', service, '--json', ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  const ready = JSON.parse(line) as Omit<Stand, 'stop' | 'ca'>
  return { ...ready, ca: readFileSync(ready.caFile, 'utf8'), stop: () => end(child) }
}

/** Options of ours for a role. */
export function ours({ host, port, signHost, database, ca, accessKeyId, secretAccessKey }: Stand, user: string) {
  return {
    host,
    port,
    signHost,
    signPort: 5432,
    user,
    database,
    tls: { ca },
    credentials: { accessKeyId, secretAccessKey },
  }
}

/** `pg` settings for a plain password login to the same server, by the same name. */
export function plain({ host, port, signHost, database, ca }: Stand, user: string, password: string) {
  return { host: signHost, port, user, database, password, ssl: { ca }, stream: () => dialler(host, port) }
}

/** A token that a client may keep as its password for the time of a run. */
export function tokenFor(stand: Stand, username: string): Promise<string> {
  const { signHost: hostname, signPort: port, region, accessKeyId, secretAccessKey } = stand
  return new Signer({ hostname, port, region, username, credentials: { accessKeyId, secretAccessKey } }).getAuthToken()
}

/** A socket that dials loopback whatever name it is given. */
export function dialler(host: string, port: number): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket)
  socket.connect = ((..._ignored: unknown[]) => connect({ host, port })) as Socket['connect']
  return socket
}

/** The shop's tables, a role that logs in by token and one that logs in by password. */
export async function openShop(stand: Stand): Promise<void> {
  const admin = iamPool(ours(stand, stand.admin), { env: {} })
  const migrations = readdirSync(join(root, 'prisma/migrations'))
    .filter((name) => !name.includes('.'))
    .sort()
  for (const name of migrations)
    await admin.query(readFileSync(join(root, 'prisma/migrations', name, 'migration.sql'), 'utf8'))
  await admin.query(readFileSync(join(root, 'prisma/hooks/after/10-categories.sql'), 'utf8'))
  await admin.query("CREATE ROLE app LOGIN; GRANT rds_iam TO app; CREATE ROLE plain LOGIN PASSWORD 'static'")
  await admin.query('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app, plain')
  await admin.end()
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await closed
}
