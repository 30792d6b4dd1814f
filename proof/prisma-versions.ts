import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestPostgres, testPostgres } from '../test/support/postgres.ts'

/** The last release of each minor version since 7.1; 7.10.1 is the one that every other test runs. */
export const prismaVersions = ['7.1.0', '7.2.0', '7.3.0', '7.4.2', '7.5.0', '7.6.0', '7.7.0', '7.8.0', '7.9.1']

/** What one release of Prisma's CLI did on our engine. */
export interface VersionResult {
  version: string
  /** The commands that did what they should. */
  passed: readonly string[]
  /** Name and end of the output of those that did not. */
  failed: Readonly<Record<string, string>>
}

const root = dirname(import.meta.dirname)

/** Runs every command that needs a database through the unmodified CLI of each release; installs what is missing. */
export async function tryVersions(versions: readonly string[]): Promise<VersionResult[]> {
  const server = await testPostgres()
  try {
    const results: VersionResult[] = []
    for (const version of versions) results.push(await tryVersion(version, await install(version), server))
    return results
  } finally {
    await server.stop()
  }
}

/** In a folder of its own, where it finds nothing of this project. */
async function install(version: string): Promise<string> {
  const folder = join(root, '.cache/prisma', version)
  const modules = join(folder, 'node_modules')
  if (existsSync(join(modules, 'prisma/package.json'))) return modules
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"private":true}\n')
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `prisma@${version}`]
  const { code, output } = await run('npm', args, folder, process.env)
  if (code !== 0) throw new Error(`prisma ${version} could not be installed: ${output}`)
  return modules
}

interface Step {
  name: string
  args: string[]
  /** Done before the command. */
  files?: Record<string, string>
  code?: number
  says: RegExp
}

const schema = (more = '') => ({
  'schema.prisma': `datasource db {\n  provider = "postgresql"\n}\n\nmodel Order {\n  id Int @id\n  note String\n${more}}\n`,
})
const migration = (name: string, sql: string) => ({ [`migrations/${name}/migration.sql`]: sql })

const steps: readonly Step[] = [
  {
    name: 'diff',
    args: ['migrate', 'diff', '--from-empty', '--to-schema', 'schema.prisma', '--script'],
    says: /CREATE TABLE "Order"/,
  },
  { name: 'dev', args: ['migrate', 'dev', '--name', 'init'], says: /_init/ },
  { name: 'status', args: ['migrate', 'status'], says: /up to date/ },
  {
    name: 'deploy',
    args: ['migrate', 'deploy'],
    files: migration(
      '29990101000000_more',
      'ALTER TABLE "Order" ADD more text DEFAULT \'a;b\';\nCREATE INDEX ON "Order" (more);',
    ),
    says: /29990101000000_more/,
  },
  {
    name: 'deploy by a config that was run already',
    args: ['migrate', 'deploy', '--config', join(root, 'dist/migrate/handed.config.mjs')],
    says: /2 migrations found(.|\n)*No pending migrations/,
  },
  {
    name: 'deploy that fails',
    args: ['migrate', 'deploy'],
    files: migration('29990102000000_bad', 'CREATE TABLE x ();\nSELECT 1/0;'),
    code: 1,
    says: /P3018(.|\n)*division by zero/,
  },
  { name: 'resolve', args: ['migrate', 'resolve', '--applied', '29990102000000_bad'], says: /marked as applied/ },
  {
    name: 'diff by a shadow database',
    args: ['migrate', 'diff', '--from-migrations', 'migrations', '--to-schema', 'schema.prisma', '--exit-code'],
    files: migration('29990102000000_bad', 'CREATE TABLE x ();'),
    code: 2,
    says: /more/,
  },
  { name: 'db push', args: ['db', 'push', '--accept-data-loss'], files: schema('  pushed Int?\n'), says: /in sync/ },
  { name: 'db pull', args: ['db', 'pull', '--print'], says: /pushed +Int\?/ },
  {
    name: 'db execute',
    args: ['db', 'execute', '--file', 'x.sql'],
    files: { 'x.sql': "SELECT 'a;b'; CREATE TABLE y ();" },
    says: /executed successfully/,
  },
  { name: 'reset', args: ['migrate', 'reset', '--force'], says: /29990101000000_more/ },
]

async function tryVersion(version: string, modules: string, server: TestPostgres): Promise<VersionResult> {
  const project = await mkdtemp(join(tmpdir(), 'prisma-iam-version-'))
  const url = server.urlOf(await server.createDatabase())
  const passed: string[] = []
  const failed: Record<string, string> = {}
  try {
    await symlink(modules, join(project, 'node_modules'))
    const config = { schema: 'schema.prisma', migrations: { path: 'migrations' }, datasource: { url } }
    await write(project, {
      'package.json': '{"type":"module"}',
      'prisma.config.ts': `export default ${JSON.stringify(config)}\n`,
      ...schema(),
    })
    const handed = {
      schema: join(project, 'schema.prisma'),
      migrations: { path: join(project, 'migrations') },
      datasource: { url },
    }
    for (const { name, args, files = {}, code = 0, says } of steps) {
      await write(project, files)
      const env = {
        PATH: process.env.PATH,
        HOME: project,
        NO_COLOR: '1',
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        PRISMA_IAM_PRISMA_CONFIG: JSON.stringify(handed),
      }
      const engine = { PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'dist/engine/bin.mjs') }
      const ended = await run(process.execPath, [join(modules, 'prisma/build/index.js'), ...args], project, {
        ...env,
        ...engine,
      })
      if (ended.code === code && says.test(ended.output)) passed.push(name)
      else failed[name] = `exit code ${ended.code}: ${ended.output.trim().slice(-600)}`
    }
    const made = await readdir(join(project, 'migrations'))
    if (!made.some((name) => /^\d{14}_init$/.test(name))) failed.dev = `it left ${made.join(', ')}`
  } finally {
    await rm(project, { recursive: true, force: true })
  }
  return { version, passed, failed }
}

async function write(directory: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
}

function run(
  command: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
