import { identifier } from '../sql/quote.ts'
import { untilAgreed } from './conflict.ts'
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
  for (const name of await untilAgreed(() => checksOf(step, scene), edges)) {
    await untilAgreed(() => send(session, `${step.sql} ${identifier(name)}`), edges)
  }
  await transaction(scene, () => journal.put(number, { state: 'done' }))
}

async function checksOf({ table, column }: NullableStep, { session }: Scene): Promise<string[]> {
  const { rows } = await session.query(
    `SELECT k.conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
      WHERE c.relname = $1 AND (n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))
        AND a.attname = $3 AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum] AND k.conname LIKE '%\\_not\\_null'
        AND pg_get_constraintdef(k.oid) LIKE 'CHECK ((% IS NOT NULL))%' ORDER BY 1`,
    [table.name, table.schema, column],
  )
  return rows.map(([name]) => name ?? '')
}
