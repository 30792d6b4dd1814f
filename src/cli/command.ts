import type { Print } from './print.ts'

/** What a command is given: the world comes in as an argument. */
export interface Shell {
  print: Print
  env: NodeJS.ProcessEnv
  cwd: string
  /** Aborted by SIGINT and SIGTERM; a command that waits listens to it. */
  signal: AbortSignal
  /** Says that something may have been done: a failure from now on is no mere matter of usage. */
  begin(): void
  /** Says how the process shall end when nothing was thrown. */
  exit(code: ExitCode): void
}

/** 0 done, 1 failed, 2 usage or config, 3 drift; 130 and 143 on signals. */
export type ExitCode = number
