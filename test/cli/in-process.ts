import { PassThrough } from 'node:stream'
import { main } from '../../src/cli/main.ts'
import type { Project, Run } from '../migrate/project.ts'

/** `prisma-iam …` in this process: ten times as fast as a process of its own, where it is not the process that matters. */
export async function runHere({ directory, env }: Project, args: readonly string[]): Promise<Run> {
  const [stdout, stderr] = [collector(), collector()]
  const world = {
    env,
    cwd: () => directory,
    on: process.on.bind(process),
    off: process.off.bind(process),
    stdout: stdout.stream as unknown as NodeJS.WriteStream,
    stderr: stderr.stream as unknown as NodeJS.WriteStream,
  }
  const code = await main(args, world as Parameters<typeof main>[1])
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

function collector() {
  const stream = new PassThrough()
  const text: string[] = []
  stream.setEncoding('utf8').on('data', (chunk: string) => void text.push(chunk))
  return { stream, text: () => text.join('') }
}
