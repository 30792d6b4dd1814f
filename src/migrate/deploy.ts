import { relative } from 'node:path'
import type pg from 'pg'
import type { Edges } from '../config/options.ts'
import { PrismaIamError } from '../errors.ts'
import { applyRoles } from '../roles/apply.ts'
import { planRoles } from '../roles/plan.ts'
import type { RoleStatement } from '../roles/statement.ts'
import { type Admin, adminOf } from './admin.ts'
import { assertComplete, readHistory, readMigrations } from './history.ts'
import { findHooks, runHook } from './hooks.ts'
import type { Project } from './load-config.ts'
import { withDeployLock } from './lock.ts'
import { runPrisma } from './prisma-cli.ts'

/** What a deploy needs beside the project. */
export interface DeployOptions {
  env: Readonly<Record<string, string | undefined>>
  /** Flags for `prisma migrate deploy`. */
  prismaArgs?: readonly string[]
  skipRoles?: boolean
  /** Default 300,000. */
  lockTimeoutMs?: number
  /** Told what happens, step by step. */
  report?: (step: DeployStep) => void
  signal?: AbortSignal
  edges?: Edges
}

/** One thing that a deploy did, or a line that Prisma wrote. */
export type DeployStep =
  | { kind: 'prisma'; line: string }
  | { kind: 'waiting'; holder: string }
  | { kind: 'migrations'; applied: readonly string[]; ms: number }
  | { kind: 'hook'; file: string; ms: number }
  | { kind: 'roles'; statements: readonly RoleStatement[]; notices: readonly string[]; ms: number }

/** What a deploy changed. */
export interface DeployResult {
  service: 'rds' | 'dsql' | 'postgresql'
  host: string
  database: string
  /** Applied by this run. */
  migrations: readonly string[]
  hooks: readonly string[]
  /** What was changed about roles, in words. */
  roles: readonly string[]
}

/**
 * The deploy step: lock → before hooks → Prisma's own `migrate deploy` as admin → history read back → after hooks → roles.
 *
 * @throws PRISMA_IAM_MIGRATE_LOCK, PRISMA_IAM_MIGRATE_FAILED, PRISMA_IAM_MIGRATE_INCOMPLETE, PRISMA_IAM_MIGRATE_HOOK,
 * PRISMA_IAM_ROLES_*, and what a connection can throw.
 */
export async function migrateDeploy(project: Project, options: DeployOptions): Promise<DeployResult> {
  const admin = await adminOf(project.iam, { ...options.edges, env: options.env })
  const client = await admin.connect()
  try {
    const { lockTimeoutMs = 300_000, report = () => undefined, signal } = options
    const work = () => deploy(project, options, admin, client, report)
    if (!admin.resolved.endpoint.capabilities.advisoryLocks) return await work()
    const onWait = (holder: string) => report({ kind: 'waiting', holder })
    return await withDeployLock(client, { timeoutMs: lockTimeoutMs, onWait, signal }, work)
  } finally {
    await client.end()
  }
}

type Report = NonNullable<DeployOptions['report']>

async function deploy(
  project: Project,
  options: DeployOptions,
  admin: Admin,
  client: pg.Client,
  report: Report,
): Promise<DeployResult> {
  const { hooks = {}, roles = {} } = project.iam
  const { endpoint, verify, database } = admin.resolved
  const before = await runHooks(hooks.beforeMigrate ?? [], project, admin, client, report)
  const migrations = await applyMigrations(project, options, admin, client, report)
  const after = await runHooks(hooks.afterMigrate ?? [], project, admin, client, report)
  const changes = options.skipRoles ? [] : await bringRoles(roles, admin, client, report)
  return {
    service: endpoint.service,
    host: verify.host,
    database,
    migrations,
    hooks: [...before, ...after],
    roles: changes.map(({ summary }) => summary),
  }
}

async function applyMigrations(
  project: Project,
  options: DeployOptions,
  admin: Admin,
  client: pg.Client,
  report: Report,
): Promise<readonly string[]> {
  const started = performance.now()
  const schema = admin.resolved.schema ?? 'public'
  const files = readMigrations(project.migrationsDirectory)
  const earlier = await readHistory(client, schema, files)
  const code = await runPrisma({
    directory: project.directory,
    args: ['migrate', 'deploy', ...(options.prismaArgs ?? [])],
    env: options.env,
    url: admin.url,
    login: admin.engineLogin,
    output: (line) => report({ kind: 'prisma', line }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  if (code !== 0) {
    throw new PrismaIamError(
      'PRISMA_IAM_MIGRATE_FAILED',
      `\`prisma migrate deploy\` ended with exit code ${code}; its own words stand above`,
      {
        hint: 'hooks and roles did not run; correct the cause and run the command again',
      },
    )
  }
  const history = await readHistory(client, schema, files)
  assertComplete(history, earlier.pending)
  report({ kind: 'migrations', applied: earlier.pending, ms: performance.now() - started })
  return earlier.pending
}

async function runHooks(
  patterns: readonly string[],
  { directory }: Project,
  { resolved }: Admin,
  client: pg.Client,
  report: Report,
): Promise<string[]> {
  const files = await findHooks(patterns, directory)
  for (const file of files) {
    const started = performance.now()
    await runHook(client, file, directory, resolved.endpoint.capabilities.transactionalDdl)
    report({ kind: 'hook', file: relative(directory, file), ms: performance.now() - started })
  }
  return files.map((file) => relative(directory, file))
}

async function bringRoles(
  manifest: NonNullable<Project['iam']['roles']>,
  { roleServer }: Admin,
  client: pg.Client,
  report: Report,
): Promise<readonly RoleStatement[]> {
  const started = performance.now()
  const plan = await planRoles(client, manifest, roleServer)
  const { statements, notices } = await applyRoles(client, plan, roleServer)
  report({ kind: 'roles', statements, notices, ms: performance.now() - started })
  return statements
}
