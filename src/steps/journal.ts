import { createHash } from 'node:crypto'
import { identifier } from '../sql/quote.ts'
import type { StepServer, StepSession } from './session.ts'
import type { Step } from './step.ts'

/** What the journal knows of a step: it was begun and its end is unknown, or the server refused it, or it is done. */
export type StepState = 'started' | 'failed' | 'done'

/** One step in the journal. */
export interface Entry {
  state: StepState
  /** Of the step itself, wherever it stands in its file. */
  digest: string
  /** How what the step touches was found before it ran. */
  before: string | undefined
  /** The server's job that does the work. */
  job: string | undefined
  /** The last key of the last batch. */
  reached: string | undefined
}

/** The journal of one migration. */
export interface Journal {
  /** Steps are counted from 1. */
  entry(step: number): Entry | undefined
  /** The steps that have an entry. */
  begun(): readonly number[]
  /** Writes a step down, as a part of the transaction that is open. */
  put(step: number, note: Note): Promise<void>
  /** Says that the server refused a step that was begun, as a part of the transaction that is open. */
  fail(step: number): Promise<void>
  /** Forgets every step, as a part of the transaction that is open. */
  forget(): Promise<void>
}

/** For what shall run in steps without a memory, as on a shadow database. */
export const noJournal: Journal = {
  entry: () => undefined,
  begun: () => [],
  put: async () => {},
  fail: async () => {},
  forget: async () => {},
}

/** What is written down of a step. */
export type Note = Pick<Entry, 'state'> & Partial<Pick<Entry, 'before' | 'job' | 'reached'>>

/** What tells one run of a migration from another. */
export interface Journalled {
  /** The name of the migration; a hook's says that it is one. */
  migration: string
  steps: readonly Step[]
}

const tableName = '_prisma_iam_steps'

/**
 * Opens the journal of a migration, and makes its table where there is none yet.
 *
 * The table lies in the schema of the history, whatever `search_path` the migration sets afterwards. It holds what is
 * half done and nothing else: with the migration's row in the history, its lines go.
 */
export async function openJournal(
  session: StepSession,
  { migration, steps }: Journalled,
  { transactionalDdl }: StepServer,
): Promise<Journal> {
  const table = (await findJournal(session)) ?? (await createJournal(session))
  const { rows } = await session.query(
    `SELECT step, state, digest, "before", job, reached FROM ${table} WHERE migration = $1`,
    [migration],
  )
  const entries = new Map(rows.map(([step, ...entry]) => [Number(step), readEntry(entry)]))
  const digests = steps.map(digestOf)
  // A migration may have taken another role, to which this table is closed.
  const asOwner = async () => (transactionalDdl ? await session.script('SET LOCAL ROLE NONE') : undefined)
  return {
    entry: (step) => entries.get(step),
    begun: () => [...entries.keys()].sort((a, b) => a - b),
    async put(step, { state, before, job, reached }) {
      await asOwner()
      await session.query(
        `INSERT INTO ${table} (migration, step, steps, digest, state, "before", job, reached, written_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
         ON CONFLICT (migration, step) DO UPDATE SET steps = excluded.steps, digest = excluded.digest,
           state = excluded.state, "before" = excluded."before", job = excluded.job, reached = excluded.reached,
           written_at = excluded.written_at`,
        [migration, step, steps.length, digests[step - 1], state, before, job, reached],
      )
    },
    async fail(step) {
      await asOwner()
      await session.query(`UPDATE ${table} SET state = 'failed' WHERE migration = $1 AND step = $2`, [migration, step])
    },
    async forget() {
      await session.query(`DELETE FROM ${table} WHERE migration = $1`, [migration])
    },
  }
}

/** Tells a step from any other, wherever it stands in its file. */
export function digestOf({ place: _place, ...step }: Step): string {
  return createHash('sha256').update(JSON.stringify(step)).digest('hex')
}

/** Whether any migration was ever journalled here. */
export async function isJournalled(session: StepSession): Promise<boolean> {
  return (await findJournal(session)) !== undefined
}

/** Forgets a migration, as a part of the transaction that is open. */
export async function forgetSteps(session: StepSession, migration: string): Promise<void> {
  const table = await findJournal(session)
  if (table !== undefined) await session.query(`DELETE FROM ${table} WHERE migration = $1`, [migration])
}

async function findJournal(session: StepSession): Promise<string | undefined> {
  const { rows } = await session.query(
    `SELECT current_schema() FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = current_schema() AND c.relname = '${tableName}'`,
    [],
  )
  const schema = rows[0]?.[0]
  return schema ? qualified(schema) : undefined
}

async function createJournal(session: StepSession): Promise<string> {
  const { rows } = await session.query('SELECT current_schema()', [])
  const table = qualified(rows[0]?.[0] ?? 'public')
  await session.script(
    `CREATE TABLE IF NOT EXISTS ${table} (
       migration varchar(255) NOT NULL, step integer NOT NULL, steps integer NOT NULL, digest varchar(64) NOT NULL,
       state varchar(7) NOT NULL, "before" text, job text, reached text, written_at timestamptz NOT NULL,
       PRIMARY KEY (migration, step))`,
  )
  return table
}

function qualified(schema: string): string {
  return `${identifier(schema)}.${identifier(tableName)}`
}

function readEntry([state, digest, before, job, reached]: readonly (string | null)[]): Entry {
  return {
    state: state as StepState,
    digest: digest ?? '',
    before: before ?? undefined,
    job: job ?? undefined,
    reached: reached ?? undefined,
  }
}
