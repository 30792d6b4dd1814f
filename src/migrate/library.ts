import { migrateDeploy as deployProject } from './deploy.ts'
import type { DeployOptions } from './deploy-options.ts'
import { type DeployPlan, planDeploy as planOfProject } from './plan.ts'
import { envOf, projectOf, type RolesRequest } from './request.ts'
import type { DeployResult } from './steps.ts'

/** The same for a deploy. */
export interface DeployRequest extends RolesRequest, Omit<DeployOptions, 'env'> {
  /** The schema, relative to `cwd`, where the migrations lie beside it. Default that of the config file. */
  schema?: string
}

/**
 * The deploy step of `npx prisma-iam migrate`: lock, before hooks, Prisma's own `migrate deploy` as the admin, the history
 * read back, after hooks, roles. It may be called from many places at once, and again after whatever happened.
 *
 * Prisma's CLI runs as a child process, so the project needs `prisma`, its config file and its migrations where this runs.
 *
 * @throws PrismaIamError with one of its codes; the signal's reason when it came.
 * @example
 * ```ts
 * import { migrateDeploy } from 'prisma-iam/migrate'
 * const { migrations, hooks, roles } = await migrateDeploy({ signal: AbortSignal.timeout(600_000) })
 * console.log(`${migrations.length} migrations, ${hooks.length} hooks, ${roles.length} changes of roles`)
 * ```
 */
export async function migrateDeploy(request: DeployRequest = {}): Promise<DeployResult> {
  return await deployProject(await projectOf(request, request.schema), { ...request, env: envOf(request) })
}

/**
 * What {@link migrateDeploy} would do, as `npx prisma-iam migrate --dry-run` finds it out; nothing is changed.
 *
 * @throws what a deploy throws before its first change.
 * @example
 * ```ts
 * import { planDeploy } from 'prisma-iam/migrate'
 * const { migrations } = await planDeploy({ config: 'deploy/prisma.config.ts' })
 * if (migrations.length > 0) console.log(`pending: ${migrations.join(', ')}`)
 * ```
 */
export async function planDeploy(request: DeployRequest = {}): Promise<DeployPlan> {
  return await planOfProject(await projectOf(request, request.schema), { ...request, env: envOf(request) })
}
