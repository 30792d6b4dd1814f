import { untilAgreed } from '../steps/conflict.ts'
import type { StepSession } from '../steps/session.ts'
import { assertBegunUnchanged } from '../steps/unchanged.ts'
import type { Connection } from './adapter.ts'
import { assertEncoding } from './encoding.ts'
import { planMigration } from './plan-migration.ts'
import { problemsOf, refused } from './refusals.ts'
import { stepEdges } from './step-edges.ts'

/** The parameters of `applyMigrations`, as far as they name the files (schema-engine-wasm 7.10.0-7). */
export interface MigrationsParams {
  migrationsList: {
    migrationDirectories: readonly {
      path: string
      migrationFile: { content: { tag: string; value?: string } }
    }[]
  }
}

/**
 * Looks through all pending migrations before the first of them runs: what is not plain UTF-8, what the server is known to refuse, a transaction
 * without an end, a change in what has run already. What is other than the file says, but runs, is reported.
 *
 * @throws PRISMA_IAM_ENGINE_ENCODING, PRISMA_IAM_STEPS_REFUSED, PRISMA_IAM_STEPS_CHANGED, PRISMA_IAM_STEPS_UNENDED
 */
export async function foresee(params: unknown, { session, capabilities, dsql, edges }: Connection): Promise<void> {
  const server = { ...capabilities, dsql }
  const patience = stepEdges(edges)
  const applied = await untilAgreed(() => readApplied(session), patience)
  const problems: string[] = []
  const pending = readFiles(params as MigrationsParams).filter(({ migration }) => !applied.has(migration))
  assertEncoding(pending)
  for (const { migration, text } of pending) {
    const plan = await planMigration(migration, text, server)
    if (plan === 'whole') continue
    problems.push(...problemsOf(migration, plan))
    for (const { place, message, instead } of plan.notices)
      patience.report({ kind: 'notice', migration, place, message, instead })
    await untilAgreed(() => assertBegunUnchanged(session, { migration, steps: plan.steps }, server), patience)
  }
  if (problems.length > 0) throw refused(problems)
}

/** A folder without a file is told by the engine itself (P3015). */
function readFiles({ migrationsList }: MigrationsParams): { migration: string; text: string }[] {
  return migrationsList.migrationDirectories.flatMap(({ path, migrationFile: { content } }) =>
    content.value === undefined ? [] : [{ migration: path, text: content.value }],
  )
}

async function readApplied(session: StepSession): Promise<ReadonlySet<string>> {
  try {
    const { rows } = await session.query(
      'SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
      [],
    )
    return new Set(rows.map(([name]) => name ?? ''))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '42P01') return new Set()
    throw error
  }
}
