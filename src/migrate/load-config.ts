import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { PrismaIamError } from '../errors.ts'
import { namesModels, withTables } from '../roles/models.ts'
import { unconfiguredUrl } from './admin-url.ts'
import type { IamConfig } from './iam-config.ts'
import { parseIamConfig } from './parse-config.ts'
import { migrationsOf, type PrismaConfig, schemaPath } from './prisma-config.ts'
import { prismaConfigModule } from './prisma-config-module.ts'
import { modelTables } from './prisma-models.ts'

/** A project as its config file tells it. */
export interface Project {
  /** Where the command was called: Prisma's own flags are relative to it. */
  cwd: string
  /** Absent where no config file was found: the environment then says how to connect. */
  configFile: string | undefined
  /** The folder that relative paths of the config mean. */
  directory: string
  iam: IamConfig
  /** False for a config file without an export `iam`: hooks and roles are then nobody's. */
  declared: boolean
  /** What Prisma is told to work on, by `datasource` of its own config; absent where that says nothing. */
  datasourceUrl: string | undefined
  migrationsDirectory: string
}

/** Where Prisma 7.10 looks, in its order (`@prisma/config`, loadConfigFromFile). */
const candidates = [
  'prisma7.config',
  join('.config', 'prisma7'),
  'prisma.config',
  join('.config', 'prisma'),
  join('.config', 'prisma.config'),
].flatMap((name) => ['.js', '.ts', '.mjs', '.cjs', '.mts', '.cts'].map((extension) => name + extension))

/** Which project is meant. */
export interface ProjectNames {
  /** The config file, relative to `cwd`. Default where Prisma looks. */
  config?: string | undefined
  /** The schema, relative to `cwd`. Default that of the config file. */
  schema?: string | undefined
  /** What stands in for the export `iam` of the config file. */
  iam?: unknown
}

/**
 * Finds and runs the config file; its named export `iam` is ours, its default export Prisma's.
 *
 * @throws PRISMA_IAM_CONFIG_LOAD when it is missing where it was named, or fails to run;
 * PRISMA_IAM_CONFIG_INVALID or PRISMA_IAM_ROLES_INVALID with every problem of its `iam`.
 */
export async function loadProject(cwd: string, { config, schema, iam }: ProjectNames = {}): Promise<Project> {
  if (config === '') throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', '--config names no file', noName)
  const configFile = config === undefined ? findConfig(cwd) : resolve(cwd, config)
  const loaded = configFile === undefined ? {} : await run(configFile)
  const directory = configFile === undefined ? cwd : dirname(configFile)
  const { url } = loaded.default?.datasource ?? {}
  const places = { cwd, directory, prisma: loaded.default, schemaFlag: schema }
  return {
    cwd,
    configFile,
    directory,
    iam: iamOf(iam ?? loaded.iam ?? {}, nameOf(configFile, cwd, iam), places),
    declared: (iam ?? loaded.iam) !== undefined,
    datasourceUrl: url === '' || url === unconfiguredUrl ? undefined : url,
    migrationsDirectory: migrationsOf(places),
  }
}

/** Whose `iam` it is, for the words of an error. */
function nameOf(configFile: string | undefined, cwd: string, iam: unknown): string {
  return configFile === undefined || iam !== undefined ? 'the call' : relative(cwd, configFile)
}

/** Models are named where Prisma's schema is known; the roles know tables. */
function iamOf(input: unknown, configFile: string, places: Parameters<typeof schemaPath>[0]): IamConfig {
  const iam = parseIamConfig(input, configFile)
  if (iam.roles === undefined || !namesModels(iam.roles)) return iam
  const { manifest, problems } = withTables(iam.roles, modelTables(schemaPath(places)))
  if (problems.length === 0) return { ...iam, roles: manifest }
  throw new PrismaIamError('PRISMA_IAM_ROLES_INVALID', 'The declared roles do not fit the Prisma schema.', { problems })
}

function findConfig(cwd: string): string | undefined {
  return candidates.map((name) => resolve(cwd, name)).find((path) => existsSync(path))
}

interface Loaded {
  iam?: unknown
  default?: PrismaConfig
}

const noName = { hint: 'leave --config out to use prisma.config.ts of this folder' }

async function run(configFile: string): Promise<Loaded> {
  if (!existsSync(configFile)) {
    throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', `there is no config file ${configFile}`, {
      ...noName,
    })
  }
  try {
    const { createJiti } = await import('jiti')
    // A config may hold a password; jiti's cache would write it, transpiled, into the temporary folder.
    const jiti = createJiti(configFile, {
      interopDefault: false,
      fsCache: false,
      virtualModules: prismaConfigModule(configFile),
    })
    return exportsOf(await jiti.import<Loaded>(configFile))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', `${configFile} cannot be run: ${reason}`, {
      hint: adviceOn(reason),
      cause,
    })
  }
}

/** What lacks is mostly the Prisma that the config's first line imports. */
function adviceOn(reason: string): string {
  const [, missing] = /Cannot find (?:module|package) '([^']+)'/.exec(reason) ?? []
  if (missing === undefined) return 'see whether `node` can run it, and that its environment is set'
  if (missing.startsWith('.') || missing.startsWith('/')) return 'see whether that path is right, and was generated'
  const name = missing
    .split('/')
    .slice(0, missing.startsWith('@') ? 2 : 1)
    .join('/')
  return name === 'prisma' ? 'run `npm install --save-dev prisma@7` there' : `run \`npm install ${name}\` there`
}

/** Of a CommonJS file, Node gives all of `module.exports` as the default export. */
function exportsOf(loaded: Loaded): Loaded {
  const { default: inner } = loaded
  return typeof inner === 'object' && inner !== null && 'default' in inner ? (inner as Loaded) : loaded
}
