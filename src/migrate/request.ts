import type { DeployOptions } from './deploy-options.ts'
import type { IamConfig } from './iam-config.ts'
import { loadProject, type Project } from './load-config.ts'

/** Whose database, and how; every field is optional. */
export interface RolesRequest extends Pick<DeployOptions, 'signal' | 'edges'> {
  /** The folder of the project. Default the current one. */
  cwd?: string
  /** The config file, relative to `cwd`, or what stands in for its export `iam`. Default where Prisma looks. */
  config?: string | IamConfig
  /** Default `process.env`. AWS's own provider chain reads that one always. */
  env?: DeployOptions['env']
}

/** The project that is meant. */
export function projectOf(
  { cwd = process.cwd(), config }: RolesRequest,
  schema?: string | undefined,
): Promise<Project> {
  return loadProject(cwd, typeof config === 'object' ? { iam: config, schema } : { config, schema })
}

/** The environment that is meant. */
export function envOf({ env = process.env }: RolesRequest): DeployOptions['env'] {
  return env
}
