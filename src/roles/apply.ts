import { PrismaIamError } from '../errors.ts'
import { planRoles, type RolePlan } from './plan.ts'
import { hasCode, type Patience, retryConflicts } from './retry.ts'
import { runInTransaction, runStatement } from './run.ts'
import type { RoleServer, SqlClient } from './server.ts'
import type { RoleStatement } from './statement.ts'

/** What was changed. */
export interface AppliedRoles {
  /** What ran, in order; empty when there was nothing to do. */
  readonly statements: readonly RoleStatement[]
  readonly notices: readonly string[]
  /** How many attempts lost against others before they went through. */
  readonly retries: number
}

/**
 * Runs a plan and reads back whether the database now holds what is declared.
 * Where DDL is transactional all of it happens or none, and it is read back before it counts; elsewhere a later run goes on where this one stopped. What
 * somebody else does meanwhile is not done twice: after a collision the plan is made anew.
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
  const { notices } = plan
  if (plan.statements.length === 0) return { statements: [], notices, retries: 0 }
  const run = { client, plan, server, patience }
  const done = server.transactionalDdl ? await runTogether(run) : await runEach(run)
  return { ...done, notices: [...notices, ...staleNotices(done.statements, server)] }
}

interface Run {
  readonly client: SqlClient
  readonly plan: RolePlan
  readonly server: RoleServer
  readonly patience: Patience
}

type Done = Pick<AppliedRoles, 'statements' | 'retries'>

async function runTogether(run: Run): Promise<Done> {
  const { client, plan, patience } = run
  const attempt = async (number: number) => {
    const statements = number === 1 ? plan.statements : await stillToDo(run)
    // What has to be tried is tried in a transaction of its own.
    const apart = run.server.defaultPrivilegesUnproven === true
    await runInTransaction(client, statements, apart ? undefined : () => verify(run, 'nothing was changed'))
    if (apart) await verify(run, 'what was changed stays')
    return statements
  }
  const { result, retries } = await retryConflicts(attempt, patience, isCollision)
  return { statements: result, retries }
}

/**
 * Statement by statement. One that is refused may have been done by somebody else, whatever the words: a second
 * `AWS IAM GRANT` for a pair, for one, is an error of which AWS tells neither text nor code.
 */
async function runEach(run: Run): Promise<Done> {
  const { client, plan, patience } = run
  const statements: RoleStatement[] = []
  let retries = 0
  let pending = plan.statements
  for (let [next] = pending; next !== undefined; [next] = pending) {
    const statement = next
    try {
      retries += (await retryConflicts(() => runStatement(client, statement), patience)).retries
      statements.push(statement)
      pending = pending.slice(1)
    } catch (error) {
      const rest = await stillToDo(run).catch(() => undefined)
      if (rest === undefined || rest.length >= pending.length || rest.some(({ sql }) => sql === statement.sql))
        throw error
      retries += 1
      pending = rest
    }
  }
  await verify(run, 'what was changed stays')
  return { statements, retries }
}

/** PostgreSQL passes over a part of a statement that it may not do, with no more than a warning. */
async function verify(run: Run, outcome: string): Promise<void> {
  const rest = await stillToDo(run)
  if (rest.length === 0) return
  throw new PrismaIamError(
    'PRISMA_IAM_ROLES_VERIFY',
    `The server refused no statement, but read back, the roles still differ from what is declared; ${outcome}. Still to do:`,
    {
      problems: rest.map(({ summary }) => summary),
      hint: 'An object of somebody else is only granted with their leave: run this as its owner.',
    },
  )
}

async function stillToDo({
  client,
  plan: { manifest, prune },
  server,
  patience,
}: Run): Promise<readonly RoleStatement[]> {
  return (await planRoles(client, manifest, server, { ...patience, prune })).statements
}

/**
 * Did somebody else change roles at the same time? PostgreSQL says so in many ways: a serialization failure, a deadlock,
 * a role that exists by now (twice, from the check and from the index) or no longer does, and, when two sessions rewrite
 * one list of privileges, internal errors that only their words tell apart.
 */
function isCollision(error: unknown): boolean {
  if (['40001', '40P01', '42710', '23505', '42704'].some((code) => hasCode(error, code))) return true
  return hasCode(error, 'XX000') && error instanceof Error && internalCollision.test(error.message)
}

const internalCollision = /tuple concurrently (updated|deleted)|could not find tuple|cache lookup failed/

function staleNotices(statements: readonly RoleStatement[], server: RoleServer): string[] {
  if (!server.catalogChangesConflict || statements.length === 0) return []
  return [
    `${statements.length} ${statements.length === 1 ? 'change of roles is a change' : 'changes of roles are changes'} of the catalog: each open session of the app may be told 40001 (OC001) once, and has to retry`,
  ]
}
