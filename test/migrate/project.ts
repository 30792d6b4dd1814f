import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestEmulator } from '../support/emulator.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = join(root, 'dist/cli/bin.mjs')
const prismaProgram = join(root, 'node_modules/prisma/build/index.js')

/** Somebody's project with Prisma and this package installed. */
export interface Project {
  directory: string
  /** Environment of every run; a test may add to it. */
  env: Record<string, string>
  write(files: Record<string, string>): Promise<void>
  /** `prisma-iam …`, to its end. */
  run(args: string[], env?: Record<string, string>): Promise<Run>
  /** `prisma-iam …`, while it runs. */
  start(args: string[], env?: Record<string, string>): Running
  /** Plain `prisma …`, while it runs. */
  startPrisma(args: string[]): Running
  remove(): Promise<void>
}

/** How a run ended. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** A run that has begun. */
export interface Running {
  child: ChildProcess
  ended: Promise<Run>
  /** What it has written to stderr so far. */
  story(): string
}

const schema = `datasource db {
  provider = "postgresql"
}

model Order {
  id   Int    @id
  note String
}
`

const first = { 'prisma/migrations/0001_first/migration.sql': 'CREATE TABLE "Order" (id int PRIMARY KEY);\n' }
const second = { 'prisma/migrations/0002_second/migration.sql': 'ALTER TABLE "Order" ADD note text NOT NULL;\n' }

/** Sleeps between two statements, so that a test can step in. */
export const slow = {
  'prisma/migrations/0003_slow/migration.sql':
    'CREATE TABLE before ();\nSELECT pg_sleep(30);\nCREATE TABLE after ();\n',
}

/** The text of a config file whose export `iam` is the given source. */
export function config(iam = "{ admin: { user: 'postgres' } }", head = ''): Record<string, string> {
  return {
    'prisma.config.ts': `import { defineConfig } from 'prisma/config'
import { defineIam, iamDatasource } from 'prisma-iam/config'
${head}
export const iam = defineIam(${iam})
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: iamDatasource(iam),
})
`,
  }
}

/** Makes a project in a temporary folder: a schema, two migrations, a config. */
export async function testProject(env: Record<string, string>): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'prisma-iam-deploy-'))
  await mkdir(join(directory, 'node_modules'))
  await symlink(root, join(directory, 'node_modules/prisma-iam'))
  await symlink(join(root, 'node_modules/prisma'), join(directory, 'node_modules/prisma'))
  const base = { PATH: process.env.PATH ?? '', HOME: directory, NO_COLOR: '1', CHECKPOINT_DISABLE: '1', ...env }
  const write = async (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await writeFile(join(directory, name), text)
    }
  }
  await write({
    'package.json': '{"name":"deployed","private":true,"type":"module"}',
    'prisma/schema.prisma': schema,
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    ...first,
    ...second,
    ...config(),
  })
  const children = new Set<ChildProcess>()
  const begin = (args: string[], added: Record<string, string> = {}): Running => {
    const child = spawn(process.execPath, args, { cwd: directory, env: { ...base, ...added }, detached: true })
    children.add(child)
    return watch(child)
  }
  return {
    directory,
    env: base,
    write,
    run: (args, added) => begin([program, ...args], added).ended,
    start: (args, added) => begin([program, ...args], added),
    startPrisma: (args) => begin([prismaProgram, ...args]),
    async remove() {
      for (const { pid } of children) killGroup(pid)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The environment that leads to a database of its own on the emulator; nothing has made the database yet. */
export function envOf(emulator: TestEmulator, database: string): Record<string, string> {
  return {
    ...emulator.env,
    DATABASE_URL: (emulator.env.DATABASE_URL ?? '').replace(`/${emulator.database}?`, `/${database}?`),
  }
}

/** A run leads a group of its own, as in a shell; its children are in it. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of it is left.
  }
}

function watch(child: ChildProcess): Running {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const ended = new Promise<Run>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { child, ended, story: () => stderr }
}
