import type { Socket } from 'node:net'
import type { Retrying } from '../connect/retrying.ts'
import type { Progress } from '../steps/progress.ts'

/** What an engine has to say to the people in front of the process that started it; Prisma's CLI shows them none of it. */
export type EngineNews =
  /** Another deploy holds the lock. */
  | { kind: 'waiting'; holder: string }
  /** A login failed as one can that succeeds a moment later. */
  | ({ kind: 'retrying' } & Retrying)
  /** Migrations were applied without a deploy around them: no hooks, no roles. */
  | { kind: 'alone' }
  /** How a migration gets on. */
  | { kind: 'step'; progress: Progress }

/** News as a line of the login socket. */
export function writeNews(news: EngineNews): string {
  return `${JSON.stringify({ tell: news })}\n`
}

/** Calls back with every line that a socket brings. */
export function onLine(socket: Socket, hear: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hear(line)
  })
}

/** Whether the line was news. */
export function readNews(line: string, hear: (news: EngineNews) => void): boolean {
  try {
    const { tell } = JSON.parse(line) as { tell?: EngineNews }
    if (tell?.kind === undefined) return false
    hear(tell)
    return true
  } catch {
    return false
  }
}
