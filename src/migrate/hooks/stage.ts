import type pg from 'pg'
import type { Admin } from '../admin.ts'
import type { Sessions } from '../sessions.ts'
import type { DeployStep } from '../steps.ts'
import type { Hook, HookContext } from './hook.ts'
import { isDue, readRecords } from './record.ts'
import { runHook } from './run.ts'

/** What the hooks of one stage need. */
export interface HookStage {
  admin: Admin
  /** Reads what ran before. */
  client: pg.Client
  sessions: Sessions
  report: (step: DeployStep) => void
  context: Omit<HookContext, 'client'>
}

/**
 * Runs the hooks that are due, in their order.
 *
 * @returns the names of those that ran.
 * @throws PRISMA_IAM_MIGRATE_HOOK with file, line, column and the server's words.
 */
export async function runHooks(hooks: readonly Hook[], stage: HookStage): Promise<string[]> {
  if (hooks.length === 0) return []
  const { admin, client, sessions, report, context } = stage
  const { endpoint, schema } = admin.resolved
  const records = await readRecords(client, schema)
  const due = hooks.filter((hook) => isDue(hook, records))
  for (const hook of due) {
    const started = performance.now()
    report({ kind: 'running', hook: hook.name })
    // Each gets a session of its own: what it sets, or leaves open, ends with it.
    await sessions.use((own) =>
      runHook(hook, { client: own, transactionalDdl: endpoint.capabilities.transactionalDdl, records, context }),
    )
    report({ kind: 'hook', file: hook.name, ms: performance.now() - started })
  }
  return due.map(({ name }) => name)
}
