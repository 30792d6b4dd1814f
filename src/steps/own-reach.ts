import type { Scene } from './scene.ts'
import type { Batches } from './step.ts'

/**
 * Whether a change of some rows of a table changes others of it by its foreign keys, at once or through other tables.
 * Such a change cut into batches would meet rows that an earlier batch has altered: with `ON DELETE SET NULL` to the table
 * itself, `DELETE … WHERE parent IS NOT NULL` would leave rows that it deletes when it runs whole.
 */
export async function reachesItself({ table, sets }: Batches, { session }: Scene): Promise<boolean> {
  // A deletion acts through every key, and one to the table itself is checked at the end of the whole statement;
  // an update acts only through the columns that it sets.
  const { rows } = await session.query(
    `WITH RECURSIVE keys AS (
         SELECT k.conrelid, k.confrelid, k.confdeltype IN ('c', 'n', 'd') AS deletes, k.confupdtype IN ('c', 'n', 'd') AS updates,
           (SELECT array_agg(a.attname::text) FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = k.confrelid AND a.attnum = ANY (k.confkey)) AS columns
         FROM pg_catalog.pg_constraint k WHERE k.contype = 'f'),
       changed AS (
         SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = $1 AND (n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))),
       reached AS (
         SELECT keys.conrelid AS oid FROM keys JOIN changed ON changed.oid = keys.confrelid
         WHERE CASE WHEN cardinality($3::text[]) = 0 THEN deletes OR conrelid = confrelid ELSE updates AND columns && $3::text[] END
         UNION
         SELECT keys.conrelid FROM keys JOIN reached ON reached.oid = keys.confrelid WHERE deletes OR updates)
     SELECT EXISTS (SELECT FROM reached JOIN changed USING (oid))`,
    [table.name, table.schema, sets],
  )
  return rows[0]?.[0] === 't'
}
