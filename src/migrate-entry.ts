export { type ErrorCode, isPrismaIamError, PrismaIamError } from './errors.ts'
export type { AdminOptions, HookOptions, IamConfig } from './migrate/iam-config.ts'
export {
  applyRoles,
  type DeployRequest,
  migrateDeploy,
  planDeploy,
  planRoles,
  type RolesPlanRequest,
  type RolesRequest,
} from './migrate/library.ts'
export type { DeployPlan, PlannedHook } from './migrate/plan.ts'
export type { DeployResult, DeployStep } from './migrate/steps.ts'
export type { AppliedRoles } from './roles/apply.ts'
export type { RolePlan } from './roles/plan.ts'
export type { RoleStatement } from './roles/statement.ts'
