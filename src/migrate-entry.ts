export { type ErrorCode, isPrismaIamError, PrismaIamError } from './errors.ts'
export type { AdminOptions, HookOptions, IamConfig } from './migrate/iam-config.ts'
export { type DeployRequest, migrateDeploy, planDeploy } from './migrate/library.ts'
export type { DeployPlan, PlannedHook } from './migrate/plan.ts'
export type { RolesRequest } from './migrate/request.ts'
export {
  applyRoles,
  auditRoles,
  planRoles,
  type RevokeRequest,
  type RolesPlanRequest,
  reportRoles,
  revokeRole,
} from './migrate/roles-library.ts'
export type { DeployResult, DeployStep } from './migrate/steps.ts'
export type { AppliedRoles } from './roles/apply.ts'
export type { Audit } from './roles/audit/audit.ts'
export type { Danger, Finding, FindingKind } from './roles/audit/finding.ts'
export type { RolePlan } from './roles/plan.ts'
export type { Held, Way } from './roles/report/effective.ts'
export type { ReportedAccess, ReportedObjects, ReportedRole, RolesReport } from './roles/report/report.ts'
export type { Revoked, RoleSessions } from './roles/revoke/revoke.ts'
export type { OpenSession } from './roles/sessions.ts'
export type { RoleStatement } from './roles/statement.ts'
