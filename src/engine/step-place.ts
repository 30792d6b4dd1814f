import type { StepFailure } from '../steps/failure.ts'

/** Where in its file a step failed, counted in characters from 1, as a server counts. */
export function positionOf(failure: StepFailure, script: string, position: string | undefined): string {
  const start = indexOf(script, failure.place)
  const sent = failure.sent === undefined ? -1 : script.indexOf(failure.sent, start)
  // A statement that was translated stands nowhere in the file as it was sent.
  const found = sent === -1 || position === undefined ? undefined : Number(position) - 1
  return String([...script.slice(0, found === undefined ? start : sent)].length + (found ?? 0) + 1)
}

/** What is done and what is to do, in words for whoever reads the failure. */
export function adviceOn({ number, of, place }: StepFailure, migration: string): string {
  const before = number === 1 ? '' : number === 2 ? 'step 1 is done, ' : `steps 1 to ${number - 1} are done, `
  return [
    `This was step ${number} of ${of}, at line ${place.line}, column ${place.column}: ${before}what follows has not run.`,
    `Put the cause right, run \`npx prisma-iam migrate resolve --rolled-back ${migration}\`, and deploy again: it goes on at step ${number}.`,
  ].join('\n')
}

function indexOf(script: string, { line, column }: StepFailure['place']): number {
  const lines = script.split('\n')
  const before = lines.slice(0, line - 1).reduce((length, { length: more }) => length + more + 1, 0)
  return before + column - 1
}
