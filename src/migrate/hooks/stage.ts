import type pg from 'pg'
import type { Planned } from '../../engine/plan-migration.ts'
import type { Progress } from '../../steps/progress.ts'
import type { Admin } from '../admin.ts'
import type { Sessions } from '../sessions.ts'
import type { DeployStep } from '../steps.ts'
import { foreseeHooks } from './foresee.ts'
import type { Hook, HookContext } from './hook.ts'
import type { PreparedHooks } from './prepare.ts'
import { isDue, readRecords } from './record.ts'
import { runHook } from './run.ts'

/** What the hooks of one stage need. */
export interface HookStage {
  admin: Admin
  /** What one transaction takes. */
  server: Planned
  /** Reads what ran before. */
  client: pg.Client
  sessions: Sessions
  report: (step: DeployStep) => void
  context: Omit<HookContext, 'client'>
}

/**
 * Finds the hooks that are due, and looks through them before anything runs.
 *
 * @throws PRISMA_IAM_STEPS_REFUSED, PRISMA_IAM_STEPS_CHANGED, PRISMA_IAM_STEPS_UNENDED
 */
export async function surveyHooks(
  { before, after }: PreparedHooks,
  { admin, server, client, report }: Pick<HookStage, 'admin' | 'server' | 'client' | 'report'>,
): Promise<PreparedHooks> {
  if (before.length + after.length === 0) return { before, after }
  const records = await readRecords(client, admin.resolved.schema)
  const due = (hooks: readonly Hook[]) => hooks.filter((hook) => isDue(hook, records))
  const all = { before: due(before), after: due(after) }
  await foreseeHooks([...all.before, ...all.after], {
    client,
    server,
    report: (progress) => report({ kind: 'step', progress }),
  })
  return all
}

/**
 * Runs the hooks that are due, in their order.
 *
 * @returns the names of those that ran.
 * @throws PRISMA_IAM_MIGRATE_HOOK with file, line, column and the server's words; PRISMA_IAM_MIGRATE_LOCK_LOST
 */
export async function runHooks(hooks: readonly Hook[], stage: HookStage): Promise<string[]> {
  if (hooks.length === 0) return []
  const { admin, server, client, sessions, report, context } = stage
  const records = await readRecords(client, admin.resolved.schema)
  const due = hooks.filter((hook) => isDue(hook, records))
  for (const hook of due) {
    const started = performance.now()
    report({ kind: 'running', hook: hook.name })
    const tell = (progress: Progress) => report({ kind: 'step', progress })
    // Each gets a session of its own: what it sets, or leaves open, ends with it.
    await sessions.use((own) => runHook(hook, { client: own, server, records, context, report: tell }))
    report({ kind: 'hook', file: hook.name, ms: performance.now() - started })
  }
  return due.map(({ name }) => name)
}
