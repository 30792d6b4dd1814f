import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { type RunningPostgres, startPostgres } from '../src/emulator/postgres/postgres.ts'
import { longHistory } from '../test/e2e/long-history.ts'
import { type CatalogEntry, differences, readCatalog } from '../test/support/catalog.ts'

const root = dirname(import.meta.dirname)

/** How the two ways of one history ended. */
export interface HistoryComparison {
  /** Names of the migrations, in order. */
  migrations: readonly string[]
  /** How many things of each kind were compared, as psql left them. */
  compared: Readonly<Record<string, number>>
  /** What differs, a line each: ours, then psql's. */
  differences: readonly string[]
  /** The end of what was printed, where a way did not come to its end. */
  failures: Readonly<Partial<Record<'prisma-iam' | 'psql', string>>>
  ms: Readonly<Record<'prisma-iam' | 'psql', number>>
}

/**
 * Deploys a directory of Prisma migrations twice, by `prisma-iam migrate` and by plain `psql -f`, a session for each file,
 * and compares the catalogs and row counts of both databases.
 *
 * Each way has a server of its own, since roles belong to a server and not to a database.
 *
 * @param directory holds `NAME/migration.sql`, or a folder `migrations` that does.
 */
export async function compareHistory(
  directory: string,
  { major = 'any' }: { major?: number | 'any' } = {},
): Promise<HistoryComparison> {
  const folder = await migrationsFolder(directory)
  const migrations = await migrationNames(folder)
  const servers = await Promise.all([startPostgres({ major }), startPostgres({ major })])
  try {
    const [ours, plain] = await Promise.all(servers.map(prepare))
    if (ours === undefined || plain === undefined) throw new Error('two servers were to be started')
    const deployed = await timed(() => deploy(folder, ours))
    const fed = await timed(() => feed(folder, migrations, plain))
    const [left, right] = await Promise.all([readBack(ours), readBack(plain)])
    return {
      migrations,
      compared: countKinds(right),
      differences: differences(left, right),
      failures: {
        ...(deployed.failure === undefined ? {} : { 'prisma-iam': deployed.failure }),
        ...(fed.failure === undefined ? {} : { psql: fed.failure }),
      },
      ms: { 'prisma-iam': deployed.ms, psql: fed.ms },
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** The constructs of test/e2e/histories, and as many files as asked for behind them. */
export async function compareLongHistory(length: number, major: number | 'any'): Promise<HistoryComparison> {
  const directory = await mkdtemp(join(tmpdir(), 'prisma-iam-histories-'))
  try {
    await cp(join(root, 'test/e2e/histories/constructs'), directory, { recursive: true })
    for (const [name, sql] of Object.entries(longHistory(length))) {
      await mkdir(join(directory, name))
      await writeFile(join(directory, name, 'migration.sql'), sql)
    }
    return await compareHistory(directory, { major })
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function migrationsFolder(directory: string): Promise<string> {
  const inside = join(directory, 'migrations')
  return (await stat(inside).catch(() => undefined))?.isDirectory() ? inside : directory
}

/** As Prisma takes them: folders with a `migration.sql`, by name. */
async function migrationNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const there = await Promise.all(names.map((name) => stat(join(folder, name, 'migration.sql')).catch(() => undefined)))
  return names.filter((_name, index) => there[index] !== undefined).sort()
}

interface Target {
  server: RunningPostgres
  url: string
}

const database = 'history'

async function prepare(server: RunningPostgres): Promise<Target> {
  const client = await connect(server, 'postgres')
  await client.query(`ALTER ROLE postgres PASSWORD 'loopback'`)
  await client.query(`CREATE DATABASE ${database}`)
  await client.end()
  return { server, url: `postgresql://postgres:loopback@127.0.0.1:${server.port}/${database}` }
}

async function connect(server: RunningPostgres, name: string): Promise<pg.Client> {
  const client = new pg.Client({ host: server.host, port: server.port, user: server.superuser, database: name })
  await client.connect()
  return client
}

/** In a project of its own: nothing is written beside the history, and its config is not run. */
async function deploy(folder: string, { url }: Target): Promise<string | undefined> {
  const project = await mkdtemp(join(tmpdir(), 'prisma-iam-history-'))
  try {
    await mkdir(join(project, 'node_modules'))
    await symlink(root, join(project, 'node_modules/prisma-iam'))
    await symlink(join(root, 'node_modules/prisma'), join(project, 'node_modules/prisma'))
    await cp(folder, join(project, 'migrations'), { recursive: true })
    await writeFile(join(project, 'migrations/migration_lock.toml'), 'provider = "postgresql"\n')
    await writeFile(join(project, 'package.json'), '{"type":"module"}')
    await writeFile(join(project, 'schema.prisma'), 'datasource db {\n  provider = "postgresql"\n}\n')
    await writeFile(join(project, 'prisma.config.mjs'), config)
    const env = { PATH: process.env.PATH, HOME: project, DATABASE_URL: url, NO_COLOR: '1', CHECKPOINT_DISABLE: '1' }
    return await run(process.execPath, [join(root, 'dist/cli/bin.mjs'), 'migrate'], env, project)
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}

const config = `import { defineIam, iamDatasource } from 'prisma-iam/config'
export const iam = defineIam({})
export default { schema: 'schema.prisma', migrations: { path: 'migrations' }, datasource: iamDatasource(iam) }
`

/** One process, but a new session for each file: what a file sets ends with it. */
async function feed(folder: string, migrations: readonly string[], { url }: Target): Promise<string | undefined> {
  const files = migrations.flatMap((name) => ['-c', '\\connect -', '-f', join(folder, name, 'migration.sql')])
  const env = { PATH: process.env.PATH, PGCLIENTENCODING: 'UTF8' }
  return await run('psql', [url, '-X', '-q', '-v', 'ON_ERROR_STOP=1', ...files], env, folder)
}

/** @returns the end of what it printed when it failed. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv, cwd: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 ? undefined : `exit code ${code}\n${printed.trim().slice(-2000)}`))
  })
}

async function timed(work: () => Promise<string | undefined>): Promise<{ failure: string | undefined; ms: number }> {
  const started = performance.now()
  const failure = await work()
  return { failure, ms: Math.round(performance.now() - started) }
}

/** Without Prisma's history table and our journal, which psql has no need of. */
async function readBack({ server }: Target): Promise<CatalogEntry[]> {
  const client = await connect(server, database)
  try {
    return await readCatalog(client, ['_prisma_migrations', '_prisma_iam'])
  } finally {
    await client.end()
  }
}

function countKinds(catalog: readonly CatalogEntry[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of catalog) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
