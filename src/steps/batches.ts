import { identifier, literal } from '../sql/quote.ts'
import { sqlState } from './failure.ts'
import type { Scene } from './scene.ts'
import { send } from './send.ts'
import type { Batches, ObjectName } from './step.ts'
import { transaction } from './transaction.ts'

/** Rows of the first batch: below DSQL's 3,000 changed rows a transaction, with room for the journal's own. */
const firstSize = 2500

/**
 * Runs a statement over the rows of a table in the order of the primary key, a batch a transaction. The journal's cursor
 * shares that transaction, so that a statement like `SET n = n + 1` meets every row once.
 *
 * A batch that is still too large (wide rows, cascades) is halved.
 *
 * @param reached where an earlier run stopped.
 */
export async function runBatches(
  batches: Batches,
  key: Key,
  number: number,
  scene: Scene,
  reached?: string,
): Promise<void> {
  const { session, journal, edges } = scene
  let after = reached === undefined ? undefined : readKey(reached)
  let size = firstSize
  for (let batch = 1; ; ) {
    try {
      const last = await transaction(scene, async () => {
        const upTo = await keyAt(size, key, after, batches.table, scene)
        await send(session, `${batches.before}${condition(key, after, upTo)}${batches.after}`)
        await journal.put(
          number,
          upTo === undefined ? { state: 'done' } : { state: 'started', reached: writeKey(upTo) },
        )
        return upTo
      })
      edges.report({ kind: 'batches', table: batches.table.name, batch })
      if (last === undefined) return
      after = last
      batch++
    } catch (error) {
      if (sqlState(error) !== '54000' || size === 1) throw error
      size = Math.ceil(size / 2)
    }
  }
}

type Key = readonly string[]

/** The columns of a table's primary key, in its order; none where it has none. */
export async function primaryKey(table: ObjectName, { session }: Scene): Promise<Key> {
  const { rows } = await session.query(
    `SELECT a.attname FROM pg_catalog.pg_constraint p
       JOIN pg_catalog.pg_class c ON c.oid = p.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN unnest(p.conkey) WITH ORDINALITY k(attnum, place)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE p.contype = 'p' AND c.relname = $1 AND (n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))
      ORDER BY k.place`,
    [table.name, table.schema],
  )
  return rows.map(([name]) => name ?? '')
}

/** The key that ends a batch; `undefined` when the rest fits. */
async function keyAt(
  size: number,
  key: Key,
  after: Key | undefined,
  table: ObjectName,
  { session }: Scene,
): Promise<Key | undefined> {
  const columns = key.map(identifier)
  const from = [table.schema, table.name].flatMap((name) => (name === undefined ? [] : [identifier(name)])).join('.')
  // Without its table, a name in ORDER BY would be the column of texts that comes out.
  const { rows } = await session.query(
    `SELECT ${columns.map((column) => `${column}::text`).join(', ')} FROM ${from} AS t WHERE ${condition(key, after)}
      ORDER BY ${columns.map((column) => `t.${column}`).join(', ')} OFFSET ${size - 1} LIMIT 2`,
    [],
  )
  // Without a row behind it, the key at that place is the last one.
  return rows.length < 2 ? undefined : rows[0]?.map((value) => value ?? '')
}

function condition(key: Key, after?: Key, upTo?: Key): string {
  const row = (values: Key) => `(${values.join(', ')})`
  const columns = row(key.map(identifier))
  const bounds = [
    ...(after === undefined ? [] : [`${columns} > ${row(after.map(literal))}`]),
    ...(upTo === undefined ? [] : [`${columns} <= ${row(upTo.map(literal))}`]),
  ]
  return bounds.length === 0 ? 'TRUE' : bounds.join(' AND ')
}

function writeKey(key: Key): string {
  return JSON.stringify(key)
}

function readKey(text: string): Key {
  return JSON.parse(text) as Key
}
