import type pg from 'pg'
import { PrismaIamError } from '../errors.ts'
import { assertComplete, type History, readHistory } from './history.ts'
import type { PrismaAhead } from './prisma-ahead.ts'
import type { Sessions } from './sessions.ts'
import type { DeployStep } from './steps.ts'
import type { Survey } from './survey.ts'

/**
 * Prisma's own `migrate deploy` as the admin; what counts is the history read back, once no engine works on any more.
 *
 * @returns the names of the migrations that were applied.
 * @throws PRISMA_IAM_MIGRATE_FAILED, PRISMA_IAM_MIGRATE_INCOMPLETE
 */
export async function applyMigrations(
  prisma: PrismaAhead,
  { files, history: earlier }: Survey,
  { report, signal }: { report: (step: DeployStep) => void; signal?: AbortSignal | undefined },
  client: pg.Client,
  sessions: Sessions,
): Promise<readonly string[]> {
  signal?.throwIfAborted()
  const started = performance.now()
  const code = await prisma.turn(sessions.engineLogin)
  signal?.throwIfAborted()
  await sessions.endEngines(client)
  const history = await readHistory(client, files)
  if (code !== 0) throw failed(code, history)
  assertComplete(history, earlier.pending)
  report({ kind: 'migrations', applied: earlier.pending, ms: performance.now() - started })
  return earlier.pending
}

function failed(code: number, { pending, unfinished }: History): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_MIGRATE_FAILED',
    `\`prisma migrate deploy\` ended with exit code ${code}; its own words stand above`,
    {
      problems: pending.map((name) => `${name} is not applied`),
      hint: adviceOn(unfinished),
    },
  )
}

function adviceOn(unfinished: History['unfinished']): string {
  if (unfinished.length === 0) return 'after hooks and roles did not run; correct the cause and run the command again'
  const resolve = unfinished.map(({ name }) => `\`npx prisma-iam migrate resolve --rolled-back ${name}\``)
  return `correct the file, run ${resolve.join(' and ')}, then run the command again; after hooks and roles did not run`
}
