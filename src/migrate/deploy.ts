import { adminUrl } from './admin-url.ts'
import type { DeployOptions } from './deploy-options.ts'
import { handConfig, namesHandedFile } from './handed-config.ts'
import type { Project } from './load-config.ts'
import { type PrismaAhead, prismaAhead } from './prisma-ahead.ts'
import type { DeployResult } from './steps.ts'

/**
 * The deploy step: lock → before hooks → Prisma's own `migrate deploy` as admin → history read back → after hooks → roles.
 *
 * @throws PRISMA_IAM_MIGRATE_*, PRISMA_IAM_ROLES_*, PRISMA_IAM_CONFIG_INVALID, what a token can throw, and the signal's
 * reason when it came.
 */
export async function migrateDeploy(project: Project, options: DeployOptions): Promise<DeployResult> {
  const prisma = prismaOf(project, options)
  try {
    const { beforeMigrate = [] } = project.iam.hooks ?? {}
    // A function of the config may change what Prisma shall find.
    if (beforeMigrate.every((hook) => typeof hook === 'string')) prisma.start()
    // All that reaches the database is loaded while Prisma's CLI loads itself.
    const { deployUnderLock } = await import('./deploy-under-lock.ts')
    return await deployUnderLock(project, options, prisma)
  } finally {
    await prisma.end()
  }
}

function prismaOf(project: Project, { env, edges, prismaArgs = [], report, signal }: DeployOptions): PrismaAhead {
  const url = adminUrl(project.iam, { ...edges, env })
  return prismaAhead({
    project,
    args: ['migrate', 'deploy', ...prismaArgs],
    env,
    url,
    handed: handConfig(project, url),
    hear: (news) => {
      if (news.kind === 'step' || news.kind === 'retrying') report?.(news)
    },
    output: (line) => {
      if (!namesHandedFile(line)) report?.({ kind: 'prisma', line })
    },
    signal,
  })
}
