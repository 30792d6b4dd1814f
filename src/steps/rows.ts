import { primaryKey, runBatches } from './batches.ts'
import { untilAgreed } from './conflict.ts'
import { sqlState } from './failure.ts'
import { reachesItself } from './own-reach.ts'
import type { Scene } from './scene.ts'
import { send } from './send.ts'
import type { RowsStep } from './step.ts'
import { transaction } from './transaction.ts'

/** DSQL's limits of a transaction share this code: 3,000 rows, 10 MiB, 300 seconds (Aurora DSQL quotas, 2026-11). */
const tooMuchAtOnce = '54000'

/**
 * Changes rows in one transaction with the journal; a step that proves too large for one goes by batches, if it may.
 */
export async function runRows(step: RowsStep, number: number, scene: Scene): Promise<void> {
  const { session, journal } = scene
  const { statements, batches } = step
  const reached = journal.entry(number)?.reached
  const key = batches === undefined ? [] : await untilAgreed(() => primaryKey(batches.table, scene), scene.edges)
  // A change of the key itself would meet rows again that it has moved.
  const inOrder = key.length > 0 && !key.some((column) => batches?.sets.includes(column))
  if (batches !== undefined && reached !== undefined) return await runBatches(batches, key, number, scene, reached)
  try {
    await transaction(scene, async () => {
      for (const statement of statements) await send(session, statement)
      await journal.put(number, { state: 'done' })
    })
  } catch (error) {
    if (batches === undefined || !inOrder || sqlState(error) !== tooMuchAtOnce) throw error
    if (await untilAgreed(() => reachesItself(batches, scene), scene.edges)) throw error
    await runBatches(batches, key, number, scene)
  }
}
