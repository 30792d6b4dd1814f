import { indexOfCharacter, indexOfPlace } from '../sql/locate.ts'
import type { StepFailure } from '../steps/failure.ts'

/** Where in its file a step failed, counted in characters from 1, as a server counts. */
export function positionOf(failure: StepFailure, script: string, position: string | undefined): string {
  return String([...script.slice(0, indexOfFailure(failure, script, position))].length + 1)
}

/**
 * The index at which a step failed in its script.
 *
 * @param position the server's, in what was sent.
 */
export function indexOfFailure({ place, sent }: StepFailure, script: string, position: string | undefined): number {
  const start = indexOfPlace(script, place)
  const found = sent === undefined ? -1 : script.indexOf(sent, start)
  // A statement that was translated stands nowhere in the file as it was sent.
  if (sent === undefined || found === -1 || position === undefined) return start
  return found + indexOfCharacter(sent, Number(position))
}

/** What is done and what is to do, in words for whoever reads the failure. */
export function adviceOn(failure: StepFailure, migration: string): string {
  const { number, of, place } = failure
  return [
    `This was step ${number} of ${of}, at line ${place.line}, column ${place.column}: ${doneBefore(failure)}what follows has not run.`,
    `Put the cause right, run \`npx prisma-iam migrate resolve --rolled-back ${migration}\`, and deploy again: it goes on at step ${number}.`,
  ].join('\n')
}

/** Ends in a comma, where it says anything. */
export function doneBefore({ number }: StepFailure): string {
  if (number === 1) return ''
  return number === 2 ? 'step 1 is done, ' : `steps 1 to ${number - 1} are done, `
}
