import { styleText } from 'node:util'
import { createLive, type LivePace } from './live.ts'

/** The only writer of this program: results go to stdout, the story to stderr. */
export interface Print {
  /** One line of result. */
  result(line: string): void
  /** One line of story. */
  story(line: string): void
  /** A finished step of the story. */
  done(line: string): void
  /** A failure, with its hint. */
  failure(line: string): void
  /** What goes on until the next line: it counts the seconds on a terminal, and elsewhere tells only what takes long. */
  live(state: string): void
  /** Nothing goes on any more. */
  rest(): void
  /** How many columns a line of result has; 100 where nobody looks. */
  readonly width: number
}

/** Writes to the given streams; colour only where stderr is a terminal that wants it. */
export function createPrint(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream, pace?: LivePace): Print {
  for (const stream of [stdout, stderr]) stream.on('error', passOver)
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: stderr, validateStream: true })
  const live = createLive(stderr, pace)
  const write = (stream: NodeJS.WriteStream, line: string) => {
    live.clear()
    stream.write(`${line}\n`)
  }
  return {
    result: (line) => write(stdout, line),
    story: (line) => write(stderr, line),
    done: (line) => write(stderr, `${paint('green', '✓')} ${line}`),
    failure: (line) => write(stderr, `${paint('red', '✗')} ${line}`),
    live: live.show,
    rest: live.clear,
    width: stdout.columns || 100,
  }
}

/** A reader that has seen enough (`| head`) is no failure. */
function passOver(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
