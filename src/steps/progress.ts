import type { Place } from './step.ts'

/** What a run of steps tells while it goes on. */
export type Progress =
  | { kind: 'notice'; migration: string; place: Place; message: string; instead: string }
  | { kind: 'continued'; migration: string; step: number; of: number }
  | { kind: 'conflict'; delayMs: number }
  | { kind: 'batches'; table: string; batch: number }
  | { kind: 'waiting'; job: string; of: string; status: string; elapsedMs: number }
  | { kind: 'dropped'; index: string }
