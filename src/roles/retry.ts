import { setTimeout as wait } from 'node:timers/promises'
import type { SqlClient } from './server.ts'

/** How to wait between attempts. */
export interface Patience {
  /** Waits so many ms; default a real timer. */
  readonly sleep?: (ms: number) => Promise<unknown>
  /** A number from 0 up to 1; default `Math.random`. */
  readonly random?: () => number
}

/** AWS's own tests against DSQL clusters retry 12 times, waiting 300 ms × attempt (dsql-lint, read 2026-11). */
const attempts = 12
const stepMs = 300

/** Runs again what lost against somebody else (by default SQLSTATE 40001), up to 12 times; tells how often it did. */
export async function retryConflicts<Result>(
  run: (attempt: number) => Promise<Result>,
  { sleep = (ms) => wait(ms), random = Math.random }: Patience,
  lost: (error: unknown) => boolean = (error) => hasCode(error, '40001'),
): Promise<{ result: Result; retries: number }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { result: await run(attempt), retries: attempt - 1 }
    } catch (error) {
      if (attempt === attempts || !lost(error)) throw error
      // Half of the wait is chance, so that two deploys that met do not meet again.
      await sleep(stepMs * attempt * (0.5 + random() / 2))
    }
  }
}

/**
 * A client whose every query is tried again as {@link retryConflicts} does, for reading outside of transactions:
 * Aurora DSQL answers reads, too, with 40001 (OC001) after another session changed the catalog.
 */
export function patientClient(client: SqlClient, patience: Patience): SqlClient {
  return {
    query: async <Row>(text: string, values?: unknown[]) =>
      (await retryConflicts(() => client.query<Row>(text, values), patience)).result,
  }
}

/** Does the error, or what caused it, carry this SQLSTATE? */
export function hasCode(error: unknown, code: string): boolean {
  if (typeof error !== 'object' || error === null) return false
  return ('code' in error && error.code === code) || ('cause' in error && hasCode(error.cause, code))
}
