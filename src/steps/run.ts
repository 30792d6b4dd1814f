import { runBare } from './bare.ts'
import { untilAgreed } from './conflict.ts'
import { isRefusal, StepFailure } from './failure.ts'
import { buildIndex } from './index-step.ts'
import { type Journal, type Journalled, noJournal, openJournal } from './journal.ts'
import { runNullable } from './nullable.ts'
import { runRows } from './rows.ts'
import type { Scene, StepEdges } from './scene.ts'
import { runSchema } from './schema.ts'
import { send } from './send.ts'
import type { StepServer, StepSession } from './session.ts'
import type { Step } from './step.ts'
import { transaction } from './transaction.ts'
import { assertUnchanged } from './unchanged.ts'
import { runValidate } from './validate.ts'

/**
 * Runs a migration from its first step that is not done; a done one never runs again.
 *
 * @returns the journal, to be forgotten together with what says that the whole has run.
 * @throws StepFailure with the place and the server's words; PRISMA_IAM_STEPS_CHANGED
 */
export async function runSteps(
  session: StepSession,
  work: Journalled,
  server: StepServer,
  edges: StepEdges,
): Promise<Journal> {
  const journal = await untilAgreed(() => openJournal(session, work, server), edges)
  assertUnchanged(work, journal)
  const scene: Scene = { session, journal, server, edges }
  const { migration, steps } = work
  const next = steps.findIndex((step, index) => step.kind !== 'session' && journal.entry(index + 1)?.state !== 'done')
  if (journal.begun().length > 0 && next >= 0)
    edges.report({ kind: 'continued', migration, step: next + 1, of: steps.length })
  await runAll(steps, scene)
  return journal
}

/**
 * Runs a script that belongs to no migration: nothing is written down, nothing is continued.
 *
 * @throws the error of the step itself.
 */
export async function runUnwritten(
  session: StepSession,
  steps: readonly Step[],
  server: StepServer,
  edges: StepEdges,
): Promise<void> {
  try {
    await runAll(steps, { session, journal: noJournal, server, edges })
  } catch (error) {
    throw error instanceof StepFailure ? error.cause : error
  }
}

async function runAll(steps: readonly Step[], scene: Scene): Promise<void> {
  const { journal } = scene
  for (const [index, step] of steps.entries()) {
    const number = index + 1
    if (journal.entry(number)?.state === 'done') continue
    try {
      await runStep(step, number, scene)
    } catch (cause) {
      if (isRefusal(cause)) await transaction(scene, () => journal.fail(number)).catch(() => {})
      throw new StepFailure(step, number, steps.length, cause)
    }
  }
}

function runStep(step: Step, number: number, scene: Scene): Promise<void> {
  switch (step.kind) {
    case 'session':
      return untilAgreed(() => send(scene.session, step.sql), scene.edges)
    case 'rows':
      return runRows(step, number, scene)
    case 'schema':
      return runSchema(step, number, scene)
    case 'index':
      return buildIndex(step, number, scene)
    case 'validate':
      return runValidate(step, number, scene)
    case 'nullable':
      return runNullable(step, number, scene)
    case 'bare':
      return runBare(step, number, scene)
  }
}
