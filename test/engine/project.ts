import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'
import { afterAll } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A project of somebody who uses Prisma: schema, migrations, config, and the engine under test. */
export interface Project {
  directory: string
  /** Path of the engine's executable. */
  engine: string
  /** Writes migration files; names sort as they were given. */
  migrate(files: Record<string, string>): Promise<void>
  /** Runs the unmodified Prisma CLI in the project. */
  prisma(args: string[], env?: Record<string, string>): Promise<Run>
  /** Runs the engine alone. */
  run(args: string[], input?: string): Promise<Run>
  remove(): Promise<void>
}

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

export const schema = `datasource db {
  provider = "postgresql"
}

model Order {
  id    Int    @id
  note  String
  price Decimal?
  tags  String[]
}
`

/** Makes the project in a temporary directory; the engine is built once for all projects of a test file. */
export async function testProject(url: string | undefined): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'prisma-iam-project-'))
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'))
  await writeFile(join(directory, 'package.json'), '{"type":"module"}')
  await writeFile(join(directory, 'schema.prisma'), schema)
  const datasource = url === undefined ? '' : `, datasource: { url: ${JSON.stringify(url)} }`
  await writeFile(
    join(directory, 'prisma.config.ts'),
    `export default { schema: 'schema.prisma', migrations: { path: 'migrations' }${datasource} }\n`,
  )
  built ??= buildEngine()
  const engine = await built
  const base = { PATH: process.env.PATH, HOME: directory, NO_COLOR: '1', CHECKPOINT_DISABLE: '1' }
  return {
    directory,
    engine,
    async migrate(files) {
      for (const [name, sql] of Object.entries(files)) {
        await mkdir(join(directory, 'migrations', name), { recursive: true })
        await writeFile(join(directory, 'migrations', name, 'migration.sql'), sql)
      }
      await writeFile(join(directory, 'migrations', 'migration_lock.toml'), 'provider = "postgresql"\n')
    },
    prisma: (args, env = {}) =>
      finish(
        [join(root, 'node_modules/prisma/build/index.js'), ...args],
        { ...base, PRISMA_SCHEMA_ENGINE_BINARY: engine, PRISMA_HIDE_UPDATE_MESSAGE: '1', ...env },
        directory,
      ),
    run: (args, input) => finish([engine, ...args], base, directory, input),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

let built: Promise<string> | undefined

afterAll(async () => {
  if (built !== undefined) await rm(dirname(dirname(await built)), { recursive: true, force: true })
})

/** @returns the path of its executable. */
async function buildEngine(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'prisma-iam-engine-'))
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'))
  await build({
    config: false,
    cwd: root,
    entry: { bin: 'src/engine/bin.ts' },
    outDir: join(directory, 'engine'),
    format: 'esm',
    dts: false,
    platform: 'node',
    target: 'node20',
    fixedExtension: true,
    logLevel: 'silent',
  })
  return join(directory, 'engine', 'bin.mjs')
}

function finish(args: string[], env: NodeJS.ProcessEnv, cwd: string, input = ''): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, timeout: 60_000 })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(input)
  })
}
