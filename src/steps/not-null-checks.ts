import { untilAgreed } from './conflict.ts'
import type { Scene } from './scene.ts'
import type { ObjectName } from './step.ts'

/** A column that is not to be null. */
export interface NotNull {
  table: ObjectName
  column: string
}

/** The names of the checks that stand for NOT NULL of a column, known by what they say and by the end of their names. */
export async function notNullChecks({ table, column }: NotNull, { session, edges }: Scene): Promise<string[]> {
  const { rows } = await untilAgreed(
    () =>
      session.query(
        `SELECT k.conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
          WHERE c.relname = $1 AND (n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))
            AND a.attname = $3 AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum] AND k.conname LIKE '%\\_not\\_null'
            AND pg_get_constraintdef(k.oid) LIKE 'CHECK ((% IS NOT NULL))%' ORDER BY 1`,
        [table.name, table.schema, column],
      ),
    edges,
  )
  return rows.map(([name]) => name ?? '')
}
