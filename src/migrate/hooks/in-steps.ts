import type pg from 'pg'
import type { Session } from '../../engine/session.ts'
import { readSettings } from '../../engine/settings.ts'
import { doneBefore, indexOfFailure } from '../../engine/step-place.ts'
import { untilAgreed } from '../../steps/conflict.ts'
import { StepFailure } from '../../steps/failure.ts'
import type { Journalled } from '../../steps/journal.ts'
import { runSteps } from '../../steps/run.ts'
import type { StepEdges } from '../../steps/scene.ts'
import type { StepServer } from '../../steps/session.ts'
import type { Step } from '../../steps/step.ts'
import { transaction } from '../../steps/transaction.ts'
import { forgetIfChanged } from '../../steps/unchanged.ts'
import { hookFailure } from './failure.ts'
import type { SqlHook } from './hook.ts'
import { type HookRecords, makeRecords, type Send, saveRecord } from './record.ts'

/** Where a hook is run in steps. */
export interface HookScene {
  session: Session
  server: StepServer
  records: HookRecords
  edges: StepEdges
}

/**
 * Runs a hook file in steps, as a migration that fits no transaction: a run that was killed goes on where it stopped. Its
 * record and the end of its journal are one transaction, so that one that runs always begins anew at the next deploy.
 *
 * @throws PRISMA_IAM_MIGRATE_HOOK with file, line, column and the server's words; PRISMA_IAM_STEPS_CHANGED for one that runs
 * once; PRISMA_IAM_MIGRATE_LOCK_LOST
 */
export async function runInSteps(hook: SqlHook, steps: readonly Step[], scene: HookScene): Promise<void> {
  const { session, server, records, edges } = scene
  const work = journalled(hook, steps)
  const send: Send = (text, values = []) => session.query(text, values)
  const leaveAsFound = await untilAgreed(() => readSettings(session, server), edges)
  // The others are written to be repeated, and a variable may be another at each deploy.
  if (hook.rule !== 'once') await forgetIfChanged(session, work, server, edges)
  try {
    const journal = await runSteps(session, work, server, edges)
    await untilAgreed(leaveAsFound, edges)
    await untilAgreed(() => makeRecords(send, records), edges)
    await transaction({ session, edges }, async () => {
      await saveRecord(send, hook, records)
      await journal.forget()
    })
  } catch (error) {
    throw failureOf(error, hook)
  }
}

/** The hook as the journal knows it, where no migration has such a name; its last letters tell a long path from others. */
export function journalled({ name }: SqlHook, steps: readonly Step[]): Journalled {
  return { migration: `hook ${name.slice(-240)}`, steps }
}

function failureOf(error: unknown, hook: SqlHook): unknown {
  if (!(error instanceof StepFailure)) return error
  const { position } = (error.cause ?? {}) as Partial<pg.DatabaseError>
  const kept = `this was step ${error.number} of ${error.of}: ${doneBefore(error)}what follows has not run`
  return hookFailure(hook, error.cause, kept, hook.placeOf(indexOfFailure(error, hook.script, position)))
}
