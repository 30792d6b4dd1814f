import { PrismaIamError } from '../errors.ts'
import { planRoles, type RolePlan } from './plan.ts'
import { hasCode, type Patience, retryConflicts } from './retry.ts'
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
  const retries = server.transactionalDdl
    ? await runTogether(client, plan, patience)
    : await runEach(client, plan, patience)
  await verify(client, plan, server, patience)
  return { statements, notices, retries }
}

async function runTogether(client: SqlClient, { statements }: RolePlan, patience: Patience): Promise<number> {
  const { retries } = await retryConflicts(async () => {
    await client.query('BEGIN')
    try {
      for (const statement of statements) await runOne(client, statement)
      await runOne(client, { summary: 'commit the changes of roles', sql: 'COMMIT' })
    } catch (error) {
      // A connection that is gone cannot roll back; the first error is the one that tells why.
      await client.query('ROLLBACK').catch(() => undefined)
      throw error
    }
  }, patience)
  return retries
}

async function runEach(client: SqlClient, { statements }: RolePlan, patience: Patience): Promise<number> {
  let retries = 0
  for (const statement of statements) {
    retries += (await retryConflicts(() => runOne(client, statement), patience)).retries
  }
  return retries
}

async function runOne(client: SqlClient, { summary, sql }: Pick<RoleStatement, 'summary' | 'sql'>): Promise<void> {
  try {
    await client.query(sql)
  } catch (cause) {
    throw new PrismaIamError('PRISMA_IAM_ROLES_APPLY', `Could not ${summary}: ${serverWords(cause)}`, {
      ...(hasCode(cause, '42501') ? { hint: permissionHint } : {}),
      cause,
    })
  }
}

const permissionHint =
  'Run this as a user who may: who owns the object, or who has ADMIN OPTION on the role (on RDS the master user, on Aurora DSQL admin).'

function serverWords(cause: unknown): string {
  const { message, detail, code } = cause as { message?: string; detail?: string; code?: string }
  return `${message ?? String(cause)}${detail ? `. ${detail}` : ''}${code ? ` (${code})` : ''}`
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
