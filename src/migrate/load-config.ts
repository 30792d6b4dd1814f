import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { PrismaIamError } from '../errors.ts'
import type { IamConfig } from './iam-config.ts'
import { parseIamConfig } from './parse-config.ts'

/** A project as its config file tells it. */
export interface Project {
  /** Absent where no config file was found: the environment then says how to connect. */
  configFile: string | undefined
  /** The folder that relative paths of the config mean. */
  directory: string
  iam: IamConfig
  migrationsDirectory: string
}

/** Where Prisma looks, too; then a file of our own, for those who keep the two apart. */
const candidates = ['prisma.config', '.config/prisma', 'prisma-iam.config'].flatMap((name) =>
  ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((extension) => name + extension),
)

/**
 * Finds and runs the config file; its named export `iam` is ours, its default export Prisma's.
 *
 * @throws PRISMA_IAM_CONFIG_LOAD when it is missing where it was named, or fails to run;
 * PRISMA_IAM_CONFIG_INVALID or PRISMA_IAM_ROLES_INVALID with every problem of its `iam`.
 */
export async function loadProject(cwd: string, named?: string): Promise<Project> {
  const configFile = named === undefined ? findConfig(cwd) : resolve(cwd, named)
  if (configFile === undefined) {
    return { configFile, directory: cwd, iam: {}, migrationsDirectory: resolve(cwd, 'prisma/migrations') }
  }
  const loaded = await run(configFile)
  const directory = dirname(configFile)
  return {
    configFile,
    directory,
    iam: parseIamConfig(loaded.iam ?? {}, configFile),
    migrationsDirectory: migrationsOf(loaded.default, directory),
  }
}

function findConfig(cwd: string): string | undefined {
  return candidates.map((name) => resolve(cwd, name)).find((path) => existsSync(path))
}

interface Loaded {
  iam?: unknown
  default?: { schema?: string; migrations?: { path?: string } }
}

async function run(configFile: string): Promise<Loaded> {
  if (!existsSync(configFile)) {
    throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', `there is no config file ${configFile}`, {
      hint: 'leave --config out to use prisma.config.ts of this folder',
    })
  }
  try {
    const { createJiti } = await import('jiti')
    return await createJiti(configFile, { interopDefault: false }).import<Loaded>(configFile)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', `${configFile} cannot be run: ${reason}`, { cause })
  }
}

/** Prisma's own rule: `migrations.path`, else a folder beside the schema file. */
function migrationsOf(prisma: Loaded['default'], directory: string): string {
  if (prisma?.migrations?.path !== undefined) return resolve(directory, prisma.migrations.path)
  return resolve(directory, dirname(prisma?.schema ?? 'prisma/schema.prisma'), 'migrations')
}
