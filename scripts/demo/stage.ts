import { styleText } from 'node:util'

/** Prints a heading of the story. */
export function heading(text: string): void {
  console.log(`\n${styleText('bold', text)}`)
}

/** Prints something to read below the last step. */
export function note(text: string): void {
  for (const line of text.split('\n')) console.log(`    ${styleText('dim', line)}`)
}

/** Does one step of the story and ticks it off with its time. */
export async function step<Result>(text: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now()
  try {
    const result = await work()
    console.log(`${styleText('green', '✓')} ${text} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
    return result
  } catch (error) {
    console.log(`${styleText('red', '✗')} ${text}`)
    throw error
  }
}

/** Does what must be refused in the expected words and gives them; anything else is a failure of the demo. */
export async function refused(expected: RegExp, work: () => Promise<unknown>): Promise<string> {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) throw new Error('this should have been refused')
  const { message } = error as Error
  const told = message.split('\n').find((line) => expected.test(line))
  if (told === undefined) throw new Error(`refused, but not with ${expected}: ${message}`, { cause: error })
  return told
}
