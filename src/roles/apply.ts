import { PrismaIamError } from '../errors.ts'
import { planRoles, type RolePlan } from './plan.ts'
import type { Patience } from './retry.ts'
import { runStatements } from './run.ts'
import type { RoleServer, SqlClient } from './server.ts'
import type { RoleStatement } from './statement.ts'

/** What was changed. */
export interface AppliedRoles {
  /** What ran, in order; empty when there was nothing to do. */
  readonly statements: readonly RoleStatement[]
  readonly notices: readonly string[]
  /** How many attempts lost against concurrent transactions before they went through. */
  readonly retries: number
}

/**
 * Runs a plan and reads back whether the database now holds what is declared.
 * Where DDL is transactional all of it happens or none; elsewhere a later run goes on where this one stopped.
 *
 * @throws PrismaIamError `PRISMA_IAM_ROLES_APPLY` with the statement that the server refused and its words,
 * `PRISMA_IAM_ROLES_VERIFY` when something is still to do afterwards.
 */
export async function applyRoles(
  client: SqlClient,
  plan: RolePlan,
  server: RoleServer,
  patience: Patience = {},
): Promise<AppliedRoles> {
  const { statements, notices } = plan
  if (statements.length === 0) return { statements, notices, retries: 0 }
  const retries = await runStatements(client, statements, server, patience)
  await verify(client, plan, server, patience)
  return { statements, notices, retries }
}

async function verify(
  client: SqlClient,
  { manifest, prune }: RolePlan,
  server: RoleServer,
  patience: Patience,
): Promise<void> {
  const { statements } = await planRoles(client, manifest, server, { ...patience, prune })
  if (statements.length === 0) return
  throw new PrismaIamError(
    'PRISMA_IAM_ROLES_VERIFY',
    'The server took every statement, but read back, the roles still differ from what is declared. Still to do:',
    {
      problems: statements.map(({ summary }) => summary),
      hint: 'A grant by somebody else can only be revoked by them, and an object of somebody else is only granted with their leave.',
    },
  )
}
