import type pg from 'pg'
import { retryPolicy } from '../../connect/occ-options.ts'
import { retryConflicts } from '../../connect/retry-conflicts.ts'
import { type Planned, planMigration } from '../../engine/plan-migration.ts'
import { openSession } from '../../engine/session.ts'
import { stepEdges } from '../../engine/step-edges.ts'
import { indexOfCharacter } from '../../sql/locate.ts'
import type { StepEdges } from '../../steps/scene.ts'
import { hookFailure } from './failure.ts'
import type { Hook, HookContext, HookStatement, Place, SqlHook } from './hook.ts'
import { runInSteps } from './in-steps.ts'
import { type HookRecords, makeRecords, type Send, saveRecord } from './record.ts'

/** How a hook is run. */
export interface HookRun {
  client: pg.Client
  /** What one transaction takes. */
  server: Planned
  records: HookRecords
  context: Omit<HookContext, 'client'>
  report?: StepEdges['report']
}

/**
 * Runs one hook and writes down that it ran: both in one transaction where the server and the file allow it, else a file
 * in steps, as a migration, and a function before its record.
 *
 * @throws PRISMA_IAM_MIGRATE_HOOK with file, line, column and the server's words; PRISMA_IAM_STEPS_CHANGED,
 * PRISMA_IAM_MIGRATE_LOCK_LOST
 */
export async function runHook(hook: Hook, run: HookRun): Promise<void> {
  const { client, server, records, report } = run
  const plan = hook.kind === 'function' ? 'whole' : await planMigration(hook.name, hook.script, server)
  if (hook.kind === 'function' || plan === 'whole') return await runWhole(hook, run)
  const edges = stepEdges(report === undefined ? {} : { report })
  await runInSteps(hook, plan.steps, { session: openSession(client), server, records, edges })
}

async function runWhole(hook: Hook, { client, server, records, context }: HookRun): Promise<void> {
  const together = server.transactionalDdl
  const send = sender(client)
  const attempt = (work: () => unknown, placeOf?: PlaceOf) => tryTo(work, hook, together, placeOf)
  if (together) await attempt(() => send('BEGIN'))
  if (hook.kind === 'function') await attempt(() => hook.hook({ ...context, client }))
  else for (const one of hook.statements) await attempt(() => send(one.text), placesOf(one, hook))
  await attempt(async () => {
    // The file's own say over the session ends here.
    if (together) await send('RESET ROLE')
    await makeRecords(send, records)
    await saveRecord(send, hook, records)
    // Constraints that were deferred speak up here, which has no place in the file.
    if (together) await send('COMMIT')
  })
}

/** A statement that is a transaction by itself may lose against another one, on Aurora DSQL, and is then sent again. */
function sender(client: pg.Client): Send {
  return async (text, values) => {
    const query = () => client.query<object>(text, values)
    return client.getTransactionStatus() === 'I' ? retryConflicts('hook', query, retryPolicy({})) : query()
  }
}

type PlaceOf = (position: number) => Place

function placesOf({ text, start }: HookStatement, { placeOf }: SqlHook): PlaceOf {
  return (position) => placeOf(start + indexOfCharacter(text, position))
}

async function tryTo(work: () => unknown, hook: Hook, together: boolean, placeOf?: PlaceOf): Promise<void> {
  try {
    await work()
  } catch (cause) {
    const { position } = (cause ?? {}) as Partial<pg.DatabaseError>
    throw hookFailure(hook, cause, whatIsKept(hook, together), placeOf?.(Number(position ?? 1)))
  }
}

function whatIsKept({ kind }: Hook, together: boolean): string {
  if (kind === 'sql') return 'nothing of this file was kept'
  return together ? 'nothing of its transaction was kept' : 'what it did before was kept'
}
