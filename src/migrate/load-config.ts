import { dirname, relative, resolve } from 'node:path'
import { PrismaIamError } from '../errors.ts'
import { namesModels, withTables } from '../roles/models.ts'
import { unconfiguredUrl } from './admin-url.ts'
import { findConfig } from './find-config.ts'
import type { IamConfig } from './iam-config.ts'
import { parseIamConfig } from './parse-config.ts'
import { migrationsOf, type PrismaConfig, schemaPath } from './prisma-config.ts'
import { modelTables } from './prisma-models.ts'
import { noName, runConfig } from './run-config.ts'

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
  /** Prisma's own config, the default export, unchecked. */
  prisma: PrismaConfig | undefined
  /** What Prisma is told to work on, by `datasource` of its own config; absent where that says nothing. */
  datasourceUrl: string | undefined
  migrationsDirectory: string
}

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
  const loaded = configFile === undefined ? {} : await runConfig(configFile)
  const directory = configFile === undefined ? cwd : dirname(configFile)
  const { url } = loaded.default?.datasource ?? {}
  const places = { cwd, directory, prisma: loaded.default, schemaFlag: schema }
  return {
    cwd,
    configFile,
    directory,
    iam: iamOf(iam ?? loaded.iam ?? {}, nameOf(configFile, cwd, iam), places),
    declared: (iam ?? loaded.iam) !== undefined,
    prisma: loaded.default,
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
