import type pg from 'pg'
import type { Admin } from './admin.ts'
import { awaitLogins, type BroughtRoles, bringRoles } from './bring-roles.ts'
import { canBeMade, createDatabase } from './database.ts'
import type { DeployOptions } from './deploy-options.ts'
import type { PreparedHooks } from './hooks/prepare.ts'
import { runHooks, surveyHooks } from './hooks/stage.ts'
import type { Project } from './load-config.ts'
import { applyMigrations } from './migrations.ts'
import { prepare, serverOf } from './prepare.ts'
import type { PrismaAhead } from './prisma-ahead.ts'
import { type Sessions, withSessions } from './sessions.ts'
import type { DeployResult, DeployStep } from './steps.ts'
import { survey } from './survey.ts'
import { surveyRoles } from './survey-roles.ts'

/**
 * All of a deploy that reaches the database.
 *
 * @param prisma Prisma's CLI, whose turn comes with the migrations.
 * @throws what the deploy throws.
 */
export async function deployUnderLock(
  project: Project,
  given: DeployOptions,
  prisma: PrismaAhead,
): Promise<DeployResult> {
  const options = { ...given, report: given.report ?? (() => undefined) }
  const { lockTimeoutMs = 300_000, report, signal } = options
  const { admin, hooks } = await prepare(project, options)
  const run = () =>
    withSessions(admin, signal, (sessions) =>
      sessions.use(async (client) => {
        const work = () => deploy({ project, options, admin, client, sessions, hooks, prisma })
        const onWait = (holder: string) => report({ kind: 'waiting', holder })
        return await sessions.underLock(client, { timeoutMs: lockTimeoutMs, onWait, signal }, work)
      }),
    )
  const { newLogins, ...result } = await run().catch(async (error: unknown) => {
    if (!canBeMade(error, admin)) throw error
    await createDatabase(admin, signal)
    report({ kind: 'created', database: admin.resolved.database })
    return await run()
  })
  // Others need not wait for this: the lock is free by now.
  await awaitLogins(newLogins, project.iam, options)
  return result
}

interface Deploy {
  project: Project
  options: DeployOptions & Required<Pick<DeployOptions, 'report'>>
  admin: Admin
  /** Holds the lock, reads the history and makes the roles. */
  client: pg.Client
  sessions: Sessions
  hooks: PreparedHooks
  prisma: PrismaAhead
}

async function deploy(run: Deploy): Promise<DeployResult & Pick<BroughtRoles, 'newLogins'>> {
  const { project, options, admin, client, sessions, hooks, prisma } = run
  const { env, report, signal } = options
  const { endpoint, verify, database } = admin.resolved
  const context = { env, variables: project.iam.hooks?.variables ?? {}, signal }
  const stage = { admin, server: serverOf(project, admin), client, sessions, report, context }
  // What runs in another form than the file says is told by the engine, when it does.
  const quiet = (step: DeployStep) => (step.kind === 'step' ? undefined : report(step))
  const found = await survey({ client, project, admin, report: quiet })
  const due = await surveyHooks(hooks, stage)
  if (!options.skipRoles) await surveyRoles({ client, project, admin }, found, due)
  const before = await runHooks(hooks.before, stage)
  const migrations = await applyMigrations(prisma, found, options, client, sessions)
  const after = await runHooks(hooks.after, stage)
  const roles = options.skipRoles ? nothing : await bringRoles(project.iam, options, admin, client)
  return {
    service: endpoint.service,
    host: verify.host,
    database,
    migrations,
    hooks: [...before, ...after],
    roles: roles.statements.map(({ summary }) => summary),
    newLogins: roles.newLogins,
  }
}

const nothing: BroughtRoles = { statements: [], newLogins: [] }
