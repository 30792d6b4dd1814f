import { literal } from '../sql/quote.ts'
import { fitsTransaction } from '../sql/transaction-fit.ts'
import { fillLogs, MigrationFailure } from './fail.ts'
import type { Rows, Session } from './session.ts'

interface Statement {
  sql: string
  values: readonly unknown[]
}

/** Where the bookkeeping of one migration file stands. */
type State =
  | { at: 'rest' }
  /** The row that opens a migration waits for the file, so that both can share a transaction. */
  | { at: 'held'; insert: Statement }
  /** Row and file are in an open transaction, which the row's last update ends. */
  | { at: 'inside' }
  | { at: 'failed'; failure: MigrationFailure }

/** What Prisma's engine sends around a migration file (schema-engine-wasm 7.10.0-7, recorded 2026-11). */
const opensRow = /^INSERT INTO "_prisma_migrations" \("id","checksum","started_at","migration_name"\)/
const finishesRow = /^UPDATE "_prisma_migrations" SET "finished_at" =/
const explainsRow = /^UPDATE "_prisma_migrations" SET "logs" =/
const migrationNameAt = 3

/**
 * The same session, but each migration file and its row in `_prisma_migrations` are one transaction.
 *
 * Prisma's engine sends `INSERT`, the file, and two `UPDATE`s on their own; a process killed between them leaves a
 * history that needs a person (P3009). Held back and sent as one unit, a kill leaves all or nothing. A file that cannot
 * run inside a transaction, or a server without transactional schema changes, keeps Prisma's order. A file that fails is
 * rolled back and leaves the failed row that Prisma leaves, so P3018, P3009 and `migrate resolve` mean what they mean.
 */
export function keepBooks(session: Session, transactionalDdl: boolean): Session {
  let state: State = { at: 'rest' }

  const query = async (sql: string, values: readonly unknown[]): Promise<Rows> => {
    const current = state
    if (opensRow.test(sql)) {
      state = { at: 'held', insert: { sql, values } }
      return { columns: [], rows: [], affected: 1 }
    }
    if (current.at === 'failed' && explainsRow.test(sql)) {
      state = { at: 'rest' }
      const [logs, ...rest] = values
      return session.query(sql, [fillLogs(String(logs), current.failure), ...rest])
    }
    if (current.at !== 'inside') return session.query(sql, values)
    try {
      const rows = await session.query(sql, values)
      if (!finishesRow.test(sql)) return rows
      await session.script('COMMIT')
      state = { at: 'rest' }
      return rows
    } catch (error) {
      state = { at: 'rest' }
      await rollBack(session)
      throw error
    }
  }

  const script = async (text: string): Promise<void> => {
    if (state.at !== 'held') return session.script(text)
    const { insert } = state
    const together = transactionalDdl && (await fitsTransaction(text)).fits
    try {
      if (together) await session.script('BEGIN')
      await session.query(insert.sql, insert.values)
      const leaveAsFound = together ? await readSettings(session) : undefined
      await session.script(text)
      if (leaveAsFound !== undefined) await session.script(leaveAsFound)
      state = together ? { at: 'inside' } : { at: 'rest' }
    } catch (error) {
      const failure = new MigrationFailure(String(insert.values[migrationNameAt]), text, error)
      state = { at: 'failed', failure }
      await rollBack(session)
      if (together) await session.query(insert.sql, insert.values).catch(() => {})
      throw failure
    }
  }

  return { query, script, end: () => session.end() }
}

/**
 * The statements that end a file's say over the session: a dump sets an empty `search_path`, in which the history table
 * is not found, and a file that takes another role would write the history as that role.
 *
 * A deferred constraint speaks here too, while it can still be told as this file's failure, and not at the commit.
 */
async function readSettings(session: Session): Promise<string> {
  const { rows } = await session.query("SELECT current_setting('search_path')", [])
  const searchPath = literal(rows[0]?.[0] ?? '')
  return `SET CONSTRAINTS ALL IMMEDIATE; RESET ROLE; SELECT pg_catalog.set_config('search_path', ${searchPath}, false)`
}

/** A connection that is gone has rolled back by itself. */
async function rollBack(session: Session): Promise<void> {
  await session.script('ROLLBACK').catch(() => {})
}
