import type pg from 'pg'
import { PrismaIamError } from '../errors.ts'
import type { Admin } from './admin.ts'
import { assertComplete, readHistory, readMigrations } from './history.ts'
import type { Project } from './load-config.ts'
import { runPrisma } from './prisma-cli.ts'
import type { Sessions } from './sessions.ts'
import type { DeployStep } from './steps.ts'

/**
 * Prisma's own `migrate deploy` as the admin; what counts is the history read back, once no engine works on any more.
 *
 * @returns the names of the migrations that were applied.
 * @throws PRISMA_IAM_MIGRATE_FAILED, PRISMA_IAM_MIGRATE_INCOMPLETE
 */
export async function applyMigrations(
  project: Project,
  options: {
    env: Readonly<Record<string, string | undefined>>
    prismaArgs?: readonly string[]
    report: (step: DeployStep) => void
    signal?: AbortSignal | undefined
  },
  admin: Admin,
  client: pg.Client,
  sessions: Sessions,
): Promise<readonly string[]> {
  const { report, env, prismaArgs = [], signal } = options
  const started = performance.now()
  const files = readMigrations(project.migrationsDirectory)
  const earlier = await readHistory(client, files)
  if (earlier.changed.length > 0) report({ kind: 'changed', migrations: earlier.changed })
  const code = await runPrisma({
    project,
    args: ['migrate', 'deploy', ...prismaArgs],
    env,
    url: admin.url,
    login: admin.engineLogin,
    output: (line) => report({ kind: 'prisma', line }),
    signal,
  })
  signal?.throwIfAborted()
  await sessions.endEngines(client)
  const history = await readHistory(client, files)
  if (code !== 0) throw failed(code, history.pending)
  assertComplete(history, earlier.pending)
  report({ kind: 'migrations', applied: earlier.pending, ms: performance.now() - started })
  return earlier.pending
}

function failed(code: number, pending: readonly string[]): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_MIGRATE_FAILED',
    `\`prisma migrate deploy\` ended with exit code ${code}; its own words stand above`,
    {
      problems: pending.map((name) => `${name} is not applied`),
      hint: 'after hooks and roles did not run; correct the cause and run the command again',
    },
  )
}
