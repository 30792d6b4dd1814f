import type pg from 'pg'
import { stepEdges } from '../../engine/step-edges.ts'
import { identifier } from '../../sql/quote.ts'
import { untilAgreed } from '../../steps/conflict.ts'
import type { Hook } from './hook.ts'

/** What the database remembers of hooks. */
export interface HookRecords {
  /** Where the table of records is, or will be: beside Prisma's history. */
  schema: string
  /** The checksums of the hooks that ran, by name. */
  ran: ReadonlyMap<string, string>
}

/**
 * Reads what ran; a missing table means that nothing has.
 *
 * @param schema the schema of the connection; absent means the one in which this session makes tables.
 */
export async function readRecords(client: pg.Client, schema: string | undefined): Promise<HookRecords> {
  const home = schema ?? (await currentSchema(client))
  // On Aurora DSQL a session that has slept through another's change of the schema is told so once (OC001).
  return { schema: home, ran: await untilAgreed(() => readTable(client, tableIn(home)), stepEdges()) }
}

async function currentSchema(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>('SELECT current_schema() AS name')
  return rows[0]?.name ?? 'public'
}

async function readTable(client: pg.Client, table: string): Promise<Map<string, string>> {
  try {
    const { rows } = await client.query<{ name: string; checksum: string }>(`SELECT name, checksum FROM ${table}`)
    return new Map(rows.map(({ name, checksum }) => [name, checksum]))
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return new Map()
    throw error
  }
}

function tableIn(schema: string): string {
  return `${identifier(schema)}._prisma_iam_hooks`
}

/** Whether a hook is to run now, by its rule. */
export function isDue({ name, rule, checksum }: Hook, { ran }: HookRecords): boolean {
  if (rule === 'always') return true
  return rule === 'once' ? !ran.has(name) : ran.get(name) !== checksum
}

/** Sends one statement of its own. */
export type Send = (text: string, values?: string[]) => Promise<{ rows: readonly unknown[] }>

/** Makes the table of the records for the first one, and the schema where Prisma would only make it later. */
export async function makeRecords(send: Send, { schema, ran }: HookRecords): Promise<void> {
  if (ran.size > 0) return
  // `IF NOT EXISTS` would ask for the right to make what is there already.
  const { rows } = await send('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  if (rows.length === 0) await send(`CREATE SCHEMA ${identifier(schema)}`)
  await send(
    `CREATE TABLE IF NOT EXISTS ${tableIn(schema)} (name text PRIMARY KEY, checksum text NOT NULL, ran_at timestamptz NOT NULL)`,
  )
}

/** Writes down that a hook ran. */
export async function saveRecord(send: Send, { name, checksum }: Hook, { schema }: HookRecords): Promise<void> {
  await send(
    `INSERT INTO ${tableIn(schema)} (name, checksum, ran_at) VALUES ($1, $2, now())
       ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, ran_at = excluded.ran_at`,
    [name, checksum],
  )
}
