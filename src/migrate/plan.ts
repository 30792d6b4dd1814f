import type pg from 'pg'
import { isPrismaIamError } from '../errors.ts'
import { planRoles } from '../roles/plan.ts'
import type { RoleStatement } from '../roles/statement.ts'
import type { Admin } from './admin.ts'
import { canBeMade } from './database.ts'
import type { DeployOptions } from './deploy-options.ts'
import type { Hook, HookRule } from './hooks/hook.ts'
import { surveyHooks } from './hooks/stage.ts'
import type { Project } from './load-config.ts'
import { prepare, serverOf } from './prepare.ts'
import { withSessions } from './sessions.ts'
import { survey } from './survey.ts'
import { surveyRoles } from './survey-roles.ts'

/** What a deploy would do, in its order. */
export interface DeployPlan {
  service: 'rds' | 'dsql' | 'postgresql'
  host: string
  database: string
  /** Whether the database itself would be made first. */
  createsDatabase: boolean
  beforeHooks: readonly PlannedHook[]
  /** The names of the pending migrations. */
  migrations: readonly string[]
  afterHooks: readonly PlannedHook[]
  /** The statements for the declared roles, as the database is now. */
  roles: readonly RoleStatement[]
  /** What was seen and left alone, and what cannot be known yet. */
  notices: readonly string[]
}

/** A hook that is due. */
export interface PlannedHook {
  name: string
  rule: HookRule
}

/**
 * Finds out what a deploy would do, and changes nothing: no lock is taken and no table made.
 *
 * @throws what a deploy throws before its first change.
 */
export async function planDeploy(
  project: Project,
  options: Pick<DeployOptions, 'env' | 'skipRoles' | 'skipHooks' | 'report' | 'signal' | 'edges'>,
): Promise<DeployPlan> {
  const { report = () => undefined, signal } = options
  const { admin, hooks, files } = await prepare(project, options)
  const { endpoint, verify, database } = admin.resolved
  const where = { service: endpoint.service, host: verify.host, database }
  const look = async (client: pg.Client): Promise<DeployPlan> => {
    await readOnly(client)
    const found = await survey({ client, project, admin, report })
    const { history } = found
    const due = await surveyHooks(hooks, { client, server: serverOf(project, admin), admin, report })
    if (!options.skipRoles) await surveyRoles({ client, project, admin }, found, due)
    const [beforeHooks, afterHooks] = [due.before.map(planned), due.after.map(planned)]
    const isLast = history.pending.length + beforeHooks.length + afterHooks.length === 0
    const { statements, notices } = options.skipRoles ? noRoles : await rolesNow(client, project, admin, isLast)
    const migrations = history.pending
    return { ...where, createsDatabase: false, beforeHooks, migrations, afterHooks, roles: statements, notices }
  }
  try {
    return await withSessions(admin, signal, (sessions) => sessions.use(look))
  } catch (error) {
    if (!canBeMade(error, admin)) throw error
    const declared = !options.skipRoles && Object.keys(project.iam.roles ?? {}).length > 0
    return {
      ...where,
      createsDatabase: true,
      beforeHooks: hooks.before.map(planned),
      migrations: files.map(({ name }) => name),
      afterHooks: hooks.after.map(planned),
      roles: [],
      notices: declared ? ['what the roles need is known when the database is there'] : [],
    }
  }
}

function planned({ name, rule }: Hook): PlannedHook {
  return { name, rule }
}

/** The server's own word that nothing is changed; one that does not know the setting is only read from all the same. */
async function readOnly(client: pg.Client): Promise<void> {
  await client.query('SET default_transaction_read_only = on').catch(() => undefined)
}

const noRoles = { statements: [], notices: [] }

/** Roles come last: what they are granted on may only come with the migrations and hooks before. */
async function rolesNow(
  client: pg.Client,
  { iam }: Project,
  { roleServer }: Admin,
  isLast: boolean,
): Promise<{ statements: readonly RoleStatement[]; notices: readonly string[] }> {
  const declared = iam.roles ?? {}
  if (Object.keys(declared).length === 0) return noRoles
  try {
    const { statements, notices } = await planRoles(client, declared, roleServer)
    const later = 'these are the statements for the database as it is; migrations and hooks may add to them'
    return { statements, notices: isLast ? notices : [...notices, later] }
  } catch (error) {
    const mayFit = isPrismaIamError(error) && error.code === 'PRISMA_IAM_ROLES_INVALID' && !isLast
    if (!mayFit) throw error
    const words = error.problems.map((problem) => `not there yet, or wrong: ${problem}`)
    return { statements: [], notices: ['the roles do not fit the database as it is:', ...words] }
  }
}
