import type pg from 'pg'
import { applyRoles } from '../roles/apply.ts'
import { planRoles } from '../roles/plan.ts'
import type { RoleStatement } from '../roles/statement.ts'
import type { Admin } from './admin.ts'
import type { DeployOptions } from './deploy-options.ts'
import type { IamConfig } from './iam-config.ts'
import { iamLogins, probeLogin } from './new-logins.ts'
import { settle } from './settle.ts'
import type { DeployStep } from './steps.ts'

/** What was changed about roles. */
export interface BroughtRoles {
  statements: readonly RoleStatement[]
  /** Declared roles that RDS lets in by token since now. */
  newLogins: readonly string[]
}

type Options = Pick<DeployOptions, 'env' | 'edges' | 'signal' | 'loginWaitMs'> & { report: (step: DeployStep) => void }

/**
 * Brings the declared roles to what is declared.
 *
 * @throws PRISMA_IAM_ROLES_*; the signal's reason when it came.
 */
export async function bringRoles(
  { roles = {} }: IamConfig,
  { report, signal }: Options,
  { roleServer }: Admin,
  client: pg.Client,
): Promise<BroughtRoles> {
  signal?.throwIfAborted()
  const started = performance.now()
  const plan = await planRoles(client, roles, roleServer)
  const logins = () => (roleServer.iam === 'rds_iam' && plan.statements.length > 0 ? iamLogins(client) : none)
  const before = await logins()
  const { statements, notices } = await applyRoles(client, plan, roleServer)
  const after = await logins()
  report({ kind: 'roles', statements, notices, ms: performance.now() - started })
  const newLogins = [...after].filter((name) => !before.has(name) && Object.hasOwn(roles, name))
  return { statements, newLogins }
}

const none: ReadonlySet<string> = new Set()

/** Waits for roles that may log in by IAM since now, so that what is deployed next is not refused. */
export async function awaitLogins(roles: readonly string[], iam: IamConfig, options: Options): Promise<void> {
  const { report, signal, env, edges, loginWaitMs: waitMs = 30_000 } = options
  if (waitMs === 0 || roles.length === 0) return
  const started = performance.now()
  report({ kind: 'settling', roles, waitMs })
  const probe = (role: string) => probeLogin(iam, role, { ...edges, env }, signal)
  const unproven = await settle(roles, { probe, waitMs, signal })
  report({ kind: 'settled', roles, unproven, ms: performance.now() - started })
}
