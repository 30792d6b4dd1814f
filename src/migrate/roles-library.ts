import type pg from 'pg'
import { type AppliedRoles, applyRoles as applyPlan } from '../roles/apply.ts'
import { type Audit, auditRoles as auditOf } from '../roles/audit/audit.ts'
import type { RoleManifest } from '../roles/manifest.ts'
import { planRoles as planOf, type RolePlan } from '../roles/plan.ts'
import { type RolesReport, reportRoles as reportOf } from '../roles/report/report.ts'
import { type Revocation, type Revoked, revokeRole as revokeOf } from '../roles/revoke/revoke.ts'
import { type Admin, adminOf } from './admin.ts'
import { assertDeclared } from './find-config.ts'
import type { Project } from './load-config.ts'
import { envOf, projectOf, type RolesRequest } from './request.ts'
import { withSessions } from './sessions.ts'

/** Whose database, and how to compare. */
export interface RolesPlanRequest extends RolesRequest {
  /** Revoke from the declared roles what they hold beyond the declaration? Default `false`. */
  prune?: boolean
}

/** Whose database, and whose access shall end. */
export interface RevokeRequest extends RolesRequest, Revocation {}

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
  return await asAdmin(request, declared, (work) => plan(work, request))
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
  return await asAdmin(request, declared, async (work) =>
    applyPlan(work.client, await plan(work, request), work.admin.roleServer),
  )
}

/**
 * Looks for what is not as declared and for access that nobody should have, as `npx prisma-iam roles audit` does; changes
 * nothing. No finding means that all is well.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_MIGRATE_LOGIN; the signal's reason when it came. What is declared and does
 * not fit the database is a finding.
 * @example
 * ```ts
 * import { auditRoles } from 'prisma-iam/migrate'
 * const { findings } = await auditRoles({ signal: AbortSignal.timeout(60_000) })
 * for (const { danger, sentence } of findings) console.log(`${danger}: ${sentence}`)
 * ```
 */
export async function auditRoles(request: RolesRequest = {}): Promise<Audit> {
  return await asAdmin(request, declared, ({ client, manifest, admin }) => auditOf(client, manifest, admin.roleServer))
}

/**
 * Who may do what in the whole database, and by which way, as `npx prisma-iam roles report --json` tells it; changes nothing.
 *
 * @throws what {@link auditRoles} throws.
 * @example
 * ```ts
 * import { reportRoles } from 'prisma-iam/migrate'
 * const { roles, objects } = await reportRoles()
 * const writers = objects.flatMap(({ access }) => access.filter(({ privileges }) => privileges.DELETE))
 * console.log(`${roles.length} roles; may delete: ${[...new Set(writers.map(({ role }) => role ?? 'everybody'))]}`)
 * ```
 */
export async function reportRoles(request: RolesRequest = {}): Promise<RolesReport> {
  return await asAdmin(request, anything, ({ client, manifest, admin }) => reportOf(client, manifest, serviceOf(admin)))
}

/**
 * Takes access away now, as `npx prisma-iam roles revoke` does: nobody can log in as the role when this resolves. Sessions that
 * are open stay so unless `terminate` is asked for, and are told.
 *
 * @throws what {@link auditRoles} throws, PRISMA_IAM_ROLES_UNKNOWN, PRISMA_IAM_ROLES_PROTECTED, PRISMA_IAM_ROLES_APPLY,
 * PRISMA_IAM_ROLES_VERIFY.
 * @example
 * ```ts
 * import { revokeRole } from 'prisma-iam/migrate'
 * const { sessions } = await revokeRole({ role: 'reports', terminate: true })
 * if (sessions.kind === 'seen' && sessions.open.length > 0) throw new Error('still there')
 * ```
 */
export async function revokeRole(request: RevokeRequest): Promise<Revoked> {
  return await asAdmin(request, anything, ({ client, manifest, admin }) =>
    revokeOf(client, manifest, request, serviceOf(admin)),
  )
}

interface Work {
  client: pg.Client
  admin: Admin
  manifest: RoleManifest
}

function plan({ client, admin, manifest }: Work, { prune = false }: RolesPlanRequest): Promise<RolePlan> {
  return planOf(client, manifest, admin.roleServer, { prune })
}

function serviceOf({ roleServer, resolved }: Admin) {
  return { ...roleServer, showsSessions: resolved.endpoint.capabilities.showsSessions }
}

/** What compares with a declaration needs one; what looks, or ends access in an emergency, does not. */
const declared = assertDeclared
const anything = () => {}

async function asAdmin<Result>(
  request: RolesRequest,
  accept: (project: Project) => void,
  work: (at: Work) => Promise<Result>,
): Promise<Result> {
  const project = await projectOf(request)
  accept(project)
  const admin = await adminOf(project.iam, { ...request.edges, env: envOf(request) })
  return await withSessions(admin, request.signal, (sessions) =>
    sessions.use((client) => work({ client, admin, manifest: project.iam.roles ?? {} })),
  )
}
