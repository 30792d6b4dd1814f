import { sqlState } from './failure.ts'
import type { StepEdges } from './scene.ts'

/** Waits grow from here, doubled each time, up to `maxMs`; in milliseconds. */
const growth = { baseMs: 100, maxMs: 3000 }

/**
 * Runs a statement or transaction again while it loses against concurrent ones, with full jitter between the tries.
 *
 * On Aurora DSQL any change of the catalog, by anybody, may cost others a try (OC001), so a deploy is patient.
 *
 * @throws the last conflict itself when the budget is spent; every other error at once.
 */
export async function untilAgreed<Result>(run: () => Promise<Result>, edges: StepEdges): Promise<Result> {
  const deadline = edges.clock() + edges.conflictBudgetMs
  for (let failed = 1; ; failed++) {
    try {
      return await run()
    } catch (error) {
      if (!isConflict(error)) throw error
      const delayMs = edges.random() * Math.min(growth.maxMs, growth.baseMs * 2 ** (failed - 1))
      if (edges.clock() + delayMs > deadline) throw error
      edges.report({ kind: 'conflict', tries: failed, delayMs })
      await edges.sleep(delayMs)
    }
  }
}

/** A serialization failure (DSQL: OC000 for data, OC001 for the schema) or a deadlock: rolled back whole, to be run again. */
function isConflict(error: unknown): boolean {
  return conflictCodes.has(sqlState(error))
}

const conflictCodes: ReadonlySet<unknown> = new Set(['40001', '40P01', 'OC000', 'OC001'])
