import type { StepSession } from './session.ts'
import type { ObjectName } from './step.ts'

/** An index of a table. */
export interface TableIndex {
  oid: string
  schema: string
  name: string
  /** Whether its build has ended well. */
  valid: boolean
}

/** The indexes of a table as the catalogs have them. */
export async function indexesOf({ schema, name }: ObjectName, session: StepSession): Promise<TableIndex[]> {
  const { rows } = await session.query(
    `SELECT x.indexrelid, n.nspname, i.relname, x.indisvalid FROM pg_catalog.pg_index x
       JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
      WHERE t.relname = $1 AND (n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))`,
    [name, schema],
  )
  return rows.map(([oid, inSchema, index, valid]) => ({
    oid: oid ?? '',
    schema: inSchema ?? '',
    name: index ?? '',
    valid: valid === 't',
  }))
}
