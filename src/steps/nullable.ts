import { identifier } from '../sql/quote.ts'
import { untilAgreed } from './conflict.ts'
import { notNullChecks } from './not-null-checks.ts'
import type { Scene } from './scene.ts'
import { send } from './send.ts'
import type { NullableStep } from './step.ts'
import { transaction } from './transaction.ts'

/**
 * Drops the constraints that stand for NOT NULL of a column, by what they say: a table or column may have been renamed
 * since they were named. What is dropped is not found again, so that the step may be repeated.
 */
export async function runNullable(step: NullableStep, number: number, scene: Scene): Promise<void> {
  const { session, journal, edges } = scene
  for (const name of await notNullChecks(step, scene)) {
    await untilAgreed(() => send(session, `${step.sql} ${identifier(name)}`), edges)
  }
  await transaction(scene, () => journal.put(number, { state: 'done' }))
}
