import { StatementFailure } from './failure.ts'
import type { StepSession } from './session.ts'

/** Sends the user's own text, so that an error can be told with its place. */
export async function send(session: StepSession, text: string): Promise<void> {
  await tellText(text, () => session.script(text))
}

/** Sends a statement that answers with the id of a job. */
export async function sendForJob(session: StepSession, text: string): Promise<string | undefined> {
  const { rows } = await tellText(text, () => session.query(text, []))
  return rows[0]?.[0] ?? undefined
}

async function tellText<Result>(text: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (cause) {
    throw new StatementFailure(text, cause)
  }
}
