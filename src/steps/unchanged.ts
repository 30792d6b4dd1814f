import { PrismaIamError } from '../errors.ts'
import { literal } from '../sql/quote.ts'
import { untilAgreed } from './conflict.ts'
import { digestOf, type Entry, isJournalled, type Journal, type Journalled, openJournal } from './journal.ts'
import type { StepEdges } from './scene.ts'
import type { StepServer, StepSession } from './session.ts'
import { transaction } from './transaction.ts'

/**
 * Refuses a migration whose file was changed in what has run already, or may have run.
 *
 * What has not run may be changed: that is how a step that failed is put right.
 *
 * @throws PrismaIamError `PRISMA_IAM_STEPS_CHANGED` with the places.
 */
export function assertUnchanged(work: Journalled, journal: Journal): void {
  const problems = changesOf(work, journal)
  if (problems.length === 0) return
  const { migration } = work
  throw new PrismaIamError('PRISMA_IAM_STEPS_CHANGED', `${migration} was begun, and its file has been changed since:`, {
    problems,
    hint: `bring the file back to what it was and run the command again: what you want to change belongs below what has run, or into a new file; if you have undone by hand what ran, forget it by DELETE FROM _prisma_iam_steps WHERE migration = ${literal(migration)}`,
  })
}

/** What has run, or may have run, and stands in the file no more. */
function changesOf({ steps }: Journalled, journal: Journal): string[] {
  const problems: string[] = []
  for (const number of journal.begun()) {
    const [entry, step] = [journal.entry(number), steps[number - 1]]
    if (entry === undefined || !isBound(entry)) continue
    if (step === undefined) problems.push(`step ${number}, which ${inWords(entry)}, is not in the file any more`)
    else if (digestOf(step) !== entry.digest) {
      const { line, column } = step.place
      problems.push(`step ${number}, at line ${line}, column ${column}, is not the one that ${inWords(entry)}`)
    }
  }
  return problems
}

/**
 * {@link assertUnchanged} for a look ahead; nothing is begun where there is no journal.
 *
 * @throws PrismaIamError `PRISMA_IAM_STEPS_CHANGED`
 */
export async function assertBegunUnchanged(session: StepSession, work: Journalled, server: StepServer): Promise<void> {
  if (await isJournalled(session)) assertUnchanged(work, await openJournal(session, work, server))
}

/**
 * Lets what is written to be repeated begin anew where its file was changed in what has run; what goes on unchanged goes on
 * where it stopped.
 */
export async function forgetIfChanged(
  session: StepSession,
  work: Journalled,
  server: StepServer,
  edges: StepEdges,
): Promise<void> {
  const journal = await untilAgreed(() => openJournal(session, work, server), edges)
  if (changesOf(work, journal).length > 0) await transaction({ session, edges }, () => journal.forget())
}

/** A step that was refused left nothing, unless some of its batches were through. */
function isBound({ state, reached }: Entry): boolean {
  return state !== 'failed' || reached !== undefined
}

function inWords({ state }: Entry): string {
  return state === 'done' ? 'has run' : 'was running when the deploy ended'
}
