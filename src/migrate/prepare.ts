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
  assertPrismaConfig(project)
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
 * Prisma's CLI calls a file without a default export a syntax error, and knows no way to a datasource but its own.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID with what to write.
 */
function assertPrismaConfig({ configFile, prisma }: Project): void {
  const lacks = whatLacks(prisma)
  if (configFile === undefined || lacks === undefined) return
  throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `${configFile} has no \`${lacks}\`, and Prisma needs one`, {
    hint:
      lacks === 'datasource.url'
        ? 'write `datasource: iamDatasource(iam)` into `defineConfig({ … })`'
        : 'write `export default defineConfig({ schema: …, datasource: iamDatasource(iam) })` there',
  })
}

/** A `url` that is undefined here may stand in the environment of the CLI. */
function whatLacks(prisma: Project['prisma']): 'default export' | 'datasource.url' | undefined {
  if (prisma === undefined) return 'default export'
  return prisma.datasource && 'url' in prisma.datasource ? undefined : 'datasource.url'
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
