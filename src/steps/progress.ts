import type { Place } from './step.ts'

/** What a run of steps tells while it goes on. */
export type Progress =
  /** A migration is run, whole or in steps. */
  | { kind: 'begun'; migration: string }
  /** It is in the history. */
  | { kind: 'applied'; migration: string; ms: number }
  /** What is other on this server than the file says. */
  | { kind: 'notice'; migration: string; place: Place; message: string; instead: string }
  | { kind: 'continued'; migration: string; step: number; of: number }
  /** The statement lost against another session and is tried again; `tries` counts those that have failed. */
  | { kind: 'conflict'; tries: number; delayMs: number }
  | { kind: 'batches'; table: string; batch: number }
  | { kind: 'waiting'; job: string; of: string; status: string; elapsedMs: number }
  | { kind: 'dropped'; index: string }

/** A line for people; `undefined` for what comes too often to be told each time. */
export function inWords(progress: Progress): string | undefined {
  switch (progress.kind) {
    case 'begun':
    case 'applied':
      // Who shows these has a place of their own for them.
      return undefined
    case 'notice': {
      const { migration, place, message, instead } = progress
      return `${migration}:${place.line}:${place.column}: ${message}: ${instead}`
    }
    case 'continued':
      return `${progress.migration} was begun before: it goes on at step ${progress.step} of ${progress.of}`
    case 'conflict':
      return now(progress.tries) ? `another session changed the database meanwhile: trying again` : undefined
    case 'batches':
      return now(progress.batch) ? `${progress.table}: batch ${progress.batch} is done` : undefined
    case 'waiting':
      return `waiting for ${progress.of}: job ${progress.job} is ${progress.status}, ${Math.round(progress.elapsedMs / 1000)} s`
    case 'dropped':
      return `the index ${progress.index}, which could not be used, was dropped`
  }
}

/** The first, and then every tenth. */
function now(count: number): boolean {
  return count === 1 || count % 10 === 0
}
