import type pg from 'pg'
import { type AppliedRoles, applyRoles as applyPlan } from '../roles/apply.ts'
import { planRoles as planOf, type RolePlan } from '../roles/plan.ts'
import { type Admin, adminOf } from './admin.ts'
import { migrateDeploy as deployProject } from './deploy.ts'
import type { DeployOptions } from './deploy-options.ts'
import { assertDeclared } from './find-config.ts'
import type { IamConfig } from './iam-config.ts'
import { loadProject, type Project } from './load-config.ts'
import { type DeployPlan, planDeploy as planOfProject } from './plan.ts'
import { withSessions } from './sessions.ts'
import type { DeployResult } from './steps.ts'

/** Whose database, and how; every field is optional. */
export interface RolesRequest extends Pick<DeployOptions, 'signal' | 'edges'> {
  /** The folder of the project. Default the current one. */
  cwd?: string
  /** The config file, relative to `cwd`, or what stands in for its export `iam`. Default where Prisma looks. */
  config?: string | IamConfig
  /** Default `process.env`. AWS's own provider chain reads that one always. */
  env?: DeployOptions['env']
}

/** The same for roles alone. */
export interface RolesPlanRequest extends RolesRequest {
  /** Revoke from the declared roles what they hold beyond the declaration? Default `false`. */
  prune?: boolean
}

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
  return await deployProject(await projectOf(request), { ...request, env: envOf(request) })
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
  return await planOfProject(await projectOf(request), { ...request, env: envOf(request) })
}

/**
 * Compares the declared roles with the database, as `npx prisma-iam roles plan` does; changes nothing.
 *
 * @throws PRISMA_IAM_ROLES_INVALID, PRISMA_IAM_ROLES_LOCKOUT, PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_MIGRATE_LOGIN; the
 * signal's reason when it came.
 * @example
 * ```ts
 * import { planRoles } from 'prisma-iam/migrate'
 * const { statements } = await planRoles()
 * for (const { summary, sql } of statements) console.log(`-- ${summary}\n${sql};`)
 * ```
 */
export async function planRoles(request: RolesPlanRequest = {}): Promise<RolePlan> {
  return await asAdmin(request, (work) => plan(work, request))
}

/**
 * Brings the declared roles to what is declared and reads them back, as `npx prisma-iam roles apply` does.
 *
 * @throws what {@link planRoles} throws, PRISMA_IAM_ROLES_APPLY, PRISMA_IAM_ROLES_VERIFY.
 * @example
 * ```ts
 * import { applyRoles } from 'prisma-iam/migrate'
 * const { statements } = await applyRoles({
 *   config: {
 *     url: 'postgresql://postgres@db.cluster-x.eu-west-1.rds.amazonaws.com/shop',
 *     roles: { app: { iam: ['arn:aws:iam::123456789012:role/app'] } },
 *   },
 * })
 * console.log(statements.map(({ summary }) => summary))
 * ```
 */
export async function applyRoles(request: RolesPlanRequest = {}): Promise<AppliedRoles> {
  return await asAdmin(request, async (work) =>
    applyPlan(work.client, await plan(work, request), work.admin.roleServer),
  )
}

interface Work {
  client: pg.Client
  admin: Admin
  project: Project
}

function plan({ client, admin, project }: Work, { prune = false }: RolesPlanRequest): Promise<RolePlan> {
  return planOf(client, project.iam.roles ?? {}, admin.roleServer, { prune })
}

async function asAdmin<Result>(request: RolesRequest, work: (at: Work) => Promise<Result>): Promise<Result> {
  const project = await projectOf(request)
  assertDeclared(project)
  const admin = await adminOf(project.iam, { ...request.edges, env: envOf(request) })
  return await withSessions(admin, request.signal, (sessions) =>
    sessions.use((client) => work({ client, admin, project })),
  )
}

function projectOf({ cwd = process.cwd(), config, schema }: DeployRequest): Promise<Project> {
  return loadProject(cwd, typeof config === 'object' ? { iam: config, schema } : { config, schema })
}

function envOf({ env = process.env }: RolesRequest): DeployOptions['env'] {
  return env
}
