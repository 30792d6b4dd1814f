import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { engineBinary } from '../engine/binary.ts'
import { audienceVariable, type EngineLogin, serveLogins, socketVariable } from '../engine/login.ts'
import type { EngineNews } from '../engine/news.ts'
import { PrismaIamError } from '../errors.ts'
import type { HandedConfig } from './handed-config.ts'
import type { Project } from './load-config.ts'

/** How Prisma's CLI is run. */
export interface PrismaRun {
  /** Its folder is where Prisma is looked for. */
  project: Pick<Project, 'cwd' | 'directory' | 'configFile'>
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** The URL without a secret, for configs that read DATABASE_URL. */
  url: string
  /** What stands in for the project's config file. */
  handed?: HandedConfig | undefined
  login: () => Promise<EngineLogin>
  /** Told what the engine has to say to people. */
  hear?: (news: EngineNews) => void
  /** Gets what Prisma writes; absent means that this process's own streams are its own. */
  output?: (line: string) => void
  /** Ends the CLI, and with it the engine. */
  signal?: AbortSignal | undefined
}

/** Prisma's CLI while it runs. */
export interface PrismaProcess {
  /**
   * Its exit code, which does not prove that a migration was applied: with a killed engine it is 0 (prisma 7.10.1).
   */
  ended: Promise<number>
  /** Ends it, and with it the engine. */
  stop(): void
}

/**
 * Runs the project's own Prisma CLI with our schema engine and waits for its end.
 *
 * @returns its exit code.
 * @throws PRISMA_IAM_MIGRATE_PRISMA_MISSING, PRISMA_IAM_MIGRATE_PRISMA_VERSION, the signal's reason when it came before.
 */
export async function runPrisma(run: PrismaRun): Promise<number> {
  return await startPrisma(run).ended
}

/**
 * Starts the project's own Prisma CLI with our schema engine.
 *
 * The child inherits the environment; of the login it learns a socket's path, nothing else.
 *
 * @throws PRISMA_IAM_MIGRATE_PRISMA_MISSING, PRISMA_IAM_MIGRATE_PRISMA_VERSION, the signal's reason when it came before.
 */
export function startPrisma(run: PrismaRun): PrismaProcess {
  const { project, args, env, url, handed, login, hear, output, signal } = run
  signal?.throwIfAborted()
  const command = prismaCommand(project.directory)
  const configFile = handed?.file ?? project.configFile
  const config = configFile === undefined ? [] : ['--config', configFile]
  const socket = serveLogins(login, hear)
  const child = spawn(process.execPath, [command, ...args, ...config], {
    cwd: project.cwd,
    env: {
      ...env,
      ...handed?.env,
      DATABASE_URL: env.DATABASE_URL || url,
      PRISMA_SCHEMA_ENGINE_BINARY: engineBinary(),
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      // Prisma loads the config by jiti, whose cache would write it, transpiled, into the temporary folder.
      JITI_FS_CACHE: 'false',
      [socketVariable]: socket.path,
      [audienceVariable]: url,
    },
    // `migrate dev` and `reset` ask back where there is a terminal.
    stdio: [output ? 'ignore' : 'inherit', output ? 'pipe' : 'inherit', output ? 'pipe' : 'inherit'],
  })
  const stop = () => void child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  if (output) for (const stream of [child.stdout, child.stderr]) forwardLines(stream, output)
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, killedBy) => resolve(exitCode ?? codeOf(killedBy)))
  }).finally(() => {
    signal?.removeEventListener('abort', stop)
    socket.close()
  })
  return { ended, stop }
}

/** As a shell counts. */
function codeOf(signal: NodeJS.Signals | null): number {
  return 128 + (signal === null ? 0 : constants.signals[signal])
}

/**
 * The entry file of the Prisma CLI that the project has installed; nothing is ever downloaded.
 *
 * @throws PRISMA_IAM_MIGRATE_PRISMA_MISSING, PRISMA_IAM_MIGRATE_PRISMA_VERSION
 */
export function prismaCommand(directory: string): string {
  const require = createRequire(join(directory, 'package.json'))
  const manifestPath = findManifest(require, directory)
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { version: string; bin: { prisma: string } }
  if (!manifest.version.startsWith('7.')) {
    throw new PrismaIamError(
      'PRISMA_IAM_MIGRATE_PRISMA_VERSION',
      `the project has Prisma ${manifest.version}; this release drives Prisma 7`,
      { hint: 'run `npm install --save-dev prisma@7` there' },
    )
  }
  return join(dirname(manifestPath), manifest.bin.prisma)
}

function findManifest(require: NodeJS.Require, directory: string): string {
  try {
    return require.resolve('prisma/package.json')
  } catch (cause) {
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_PRISMA_MISSING', `the project at ${directory} has no Prisma CLI`, {
      hint: 'run `npm install --save-dev prisma@7` there',
      cause,
    })
  }
}

function forwardLines(stream: NodeJS.ReadableStream | null, output: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) output(line.trimEnd())
  })
  stream?.on('end', () => rest !== '' && output(rest))
}
