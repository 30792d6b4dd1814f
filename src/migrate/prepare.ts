import { otherPlace } from '../engine/meant.ts'
import type { Planned } from '../engine/plan-migration.ts'
import { PrismaIamError } from '../errors.ts'
import { type Admin, adminOf } from './admin.ts'
import type { DeployOptions } from './deploy-options.ts'
import { type MigrationFile, readMigrations } from './folder.ts'
import { type PreparedHooks, prepareHooks } from './hooks/prepare.ts'
import type { Project } from './load-config.ts'
import { prismaCommand } from './prisma-cli.ts'

/** A project of which nothing can be wrong any more that is seen without its database. */
export interface Prepared {
  admin: Admin
  hooks: PreparedHooks
  files: readonly MigrationFile[]
}

/**
 * Looks for what is wrong on this side, so that it is told before the database is touched.
 *
 * @throws PRISMA_IAM_MIGRATE_PRISMA_MISSING, PRISMA_IAM_MIGRATE_PRISMA_VERSION, PRISMA_IAM_MIGRATE_FILES,
 * PRISMA_IAM_CONFIG_INVALID
 */
export async function prepare(
  project: Project,
  { skipHooks, edges, env, report }: Pick<DeployOptions, 'skipHooks' | 'edges' | 'env' | 'report'>,
): Promise<Prepared> {
  prismaCommand(project.directory)
  const files = readMigrations(project.migrationsDirectory)
  const hooks = await prepareHooks(skipHooks ? {} : (project.iam.hooks ?? {}), project.directory)
  const admin = await adminOf(project.iam, {
    ...edges,
    env,
    onRetry: (retry) => report?.({ kind: 'retrying', ...retry }),
  })
  assertSameDatabase(project, admin)
  return { admin, hooks, files }
}

/** What files are planned for. */
export function serverOf({ iam }: Project, { resolved }: Admin): Planned {
  return { transactionalDdl: resolved.endpoint.capabilities.transactionalDdl, dsql: iam.dsql }
}

/**
 * Hooks and roles must not go to another database than the migrations.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID with both places.
 */
export function assertSameDatabase({ datasourceUrl }: Project, { resolved }: Admin): void {
  const elsewhere = otherPlace(resolved, datasourceUrl, { anyUser: true })
  if (elsewhere === undefined) return
  const { database, verify, user } = resolved
  throw new PrismaIamError(
    'PRISMA_IAM_CONFIG_INVALID',
    `\`datasource\` of the config file leads to ${elsewhere}, but \`iam\` to ${database} at ${verify.host}:${verify.port} as ${user}`,
    { hint: 'write `datasource: iamDatasource(iam)` there, or let both name the same database' },
  )
}
