import { styleText } from 'node:util'

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
  /** How many columns a line of result has; 100 where nobody looks. */
  readonly width: number
}

/** Writes to the given streams; colour only where stderr is a terminal that wants it. */
export function createPrint(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Print {
  for (const stream of [stdout, stderr]) stream.on('error', passOver)
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: stderr, validateStream: true })
  return {
    result: (line) => void stdout.write(`${line}\n`),
    story: (line) => void stderr.write(`${line}\n`),
    done: (line) => void stderr.write(`${paint('green', '✓')} ${line}\n`),
    width: stdout.columns || 100,
    failure: (line) => void stderr.write(`${paint('red', '✗')} ${line}\n`),
  }
}

/** A reader that has seen enough (`| head`) is no failure. */
function passOver(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
