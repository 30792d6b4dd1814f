import type { Journal } from './journal.ts'
import type { Progress } from './progress.ts'
import type { StepServer, StepSession } from './session.ts'

/** Where a step is run: what it talks to, and where it writes down that it is done. */
export interface Scene {
  session: StepSession
  journal: Journal
  server: StepServer
  edges: StepEdges
}

/** Clock, chance, time and voice of a run. */
export interface StepEdges {
  /** In milliseconds. */
  clock: () => number
  random: () => number
  sleep: (ms: number) => Promise<void>
  report: (progress: Progress) => void
  /** How long one statement is tried again while it loses against concurrent transactions, in milliseconds. */
  conflictBudgetMs: number
}
