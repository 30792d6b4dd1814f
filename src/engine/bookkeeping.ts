import { untilAgreed } from '../steps/conflict.ts'
import { forgetSteps, type Journal } from '../steps/journal.ts'
import { runSteps, runUnwritten } from '../steps/run.ts'
import type { StepEdges } from '../steps/scene.ts'
import { transaction } from '../steps/transaction.ts'
import { fillLogs, MigrationFailure } from './fail.ts'
import { type Planned, planMigration } from './plan-migration.ts'
import { problemsOf, refused } from './refusals.ts'
import type { Rows, Session } from './session.ts'
import { readSettings } from './settings.ts'

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
  | ({ at: 'inside' } & Begun)
  /** The file has run in steps; its row waits for its last update, so that all of it is one transaction. */
  | ({ at: 'stepped'; row: readonly Statement[]; journal: Journal } & Begun)
  | { at: 'failed'; failure: MigrationFailure }

interface Begun {
  migration: string
  /** When, by the clock of the edges. */
  begun: number
}

/** What Prisma's engine sends around a migration file (schema-engine-wasm 7.10.0-7, recorded 2026-11). */
const opensRow = /^INSERT INTO "_prisma_migrations" \("id","checksum","started_at","migration_name"\)/
const finishesRow = /^UPDATE "_prisma_migrations" SET "finished_at" =/
const explainsRow = /^UPDATE "_prisma_migrations" SET "logs" =/
const migrationNameAt = 3
/** `migrate resolve --applied` */
const declaresApplied =
  /^INSERT INTO "_prisma_migrations" \("id","checksum","logs","started_at","finished_at","migration_name"\)/
const appliedNameAt = 5

/**
 * The same session, but each migration file and its row in `_prisma_migrations` are one transaction, or as good as one.
 *
 * Prisma's engine sends `INSERT`, the file, and two `UPDATE`s on their own; a process killed between them leaves a
 * history that needs a person (P3009). Held back and sent as one unit, a kill leaves all or nothing. A file that cannot
 * run inside a transaction, or a server without transactional schema changes, goes step by step: the journal says what is
 * done, the row is written with the end of the last step, and a deploy that was killed is simply run again. A file that
 * fails leaves the failed row that Prisma leaves, so P3018, P3009 and `migrate resolve` mean what they mean.
 */
export function keepBooks(session: Session, server: Planned, edges: StepEdges): Session {
  let state: State = { at: 'rest' }
  const { transactionalDdl } = server

  /** Any statement, a read too, may lose on a server whose catalog has changed meanwhile. */
  const ask = (sql: string, values: readonly unknown[]): Promise<Rows> =>
    transactionalDdl ? session.query(sql, values) : untilAgreed(() => session.query(sql, values), edges)

  const query = async (sql: string, values: readonly unknown[]): Promise<Rows> => {
    const current = state
    if (opensRow.test(sql)) {
      state = { at: 'held', insert: { sql, values } }
      return one
    }
    if (current.at === 'failed' && explainsRow.test(sql)) {
      state = { at: 'rest' }
      const [logs, ...rest] = values
      return ask(sql, [fillLogs(String(logs), current.failure), ...rest])
    }
    if (current.at === 'stepped') return await finishStepped(current, { sql, values })
    if (current.at === 'inside') return await finishInside(current, { sql, values })
    if (declaresApplied.test(sql)) {
      return await transaction({ session, edges }, async () => {
        await forgetSteps(session, String(values[appliedNameAt]))
        return await session.query(sql, values)
      })
    }
    return await ask(sql, values)
  }

  const tellApplied = ({ migration, begun }: Begun) =>
    edges.report({ kind: 'applied', migration, ms: edges.clock() - begun })

  const finishInside = async (inside: Begun, { sql, values }: Statement): Promise<Rows> => {
    try {
      const rows = await session.query(sql, values)
      if (!finishesRow.test(sql)) return rows
      await session.script('COMMIT')
      state = { at: 'rest' }
      tellApplied(inside)
      return rows
    } catch (error) {
      state = { at: 'rest' }
      await rollBack(session)
      throw error
    }
  }

  const finishStepped = async (stepped: Extract<State, { at: 'stepped' }>, statement: Statement): Promise<Rows> => {
    const whole = [...stepped.row, statement]
    state = { ...stepped, row: whole }
    if (!finishesRow.test(statement.sql)) return one
    state = { at: 'rest' }
    await transaction({ session, edges }, async () => {
      for (const { sql, values } of whole) await session.query(sql, values)
      await stepped.journal.forget()
    })
    tellApplied(stepped)
    return one
  }

  /** What is no migration of this database: a file on a shadow database, a change of `db push`, the history's own table. */
  const scriptAlone = async (text: string): Promise<void> => {
    const plan = await planMigration('the script', text, server)
    if (plan !== 'whole' && plan.refusals.length > 0) throw refused(problemsOf('the script', plan))
    const leaveAsFound = await untilAgreed(() => readSettings(session, server), edges)
    try {
      await (plan === 'whole' ? session.script(text) : runUnwritten(session, plan.steps, server, edges))
    } finally {
      await untilAgreed(leaveAsFound, edges).catch(() => {})
    }
  }

  const script = async (text: string): Promise<void> => {
    if (state.at !== 'held') return await scriptAlone(text)
    const { insert } = state
    const migration = String(insert.values[migrationNameAt])
    const begun = edges.clock()
    edges.report({ kind: 'begun', migration })
    const leaveAsFound = await untilAgreed(() => readSettings(session, server), edges)
    try {
      const plan = await planMigration(migration, text, server)
      if (plan === 'whole') {
        await session.script('BEGIN')
        // The file comes first: a replication slot is refused where something has been written.
        await session.script(text)
        await leaveAsFound()
        await session.query(insert.sql, insert.values)
        state = { at: 'inside', migration, begun }
      } else {
        const journal = await runSteps(session, { migration, steps: plan.steps }, server, edges)
        await untilAgreed(leaveAsFound, edges)
        state = { at: 'stepped', migration, begun, row: [insert], journal }
      }
    } catch (error) {
      const failure = new MigrationFailure(migration, text, error)
      state = { at: 'failed', failure }
      await rollBack(session)
      await leaveAsFound().catch(() => {})
      await ask(insert.sql, insert.values).catch(() => {})
      throw failure
    }
  }

  return { query, script, end: () => session.end() }
}

const one: Rows = { columns: [], rows: [], affected: 1 }

/** A connection that is gone has rolled back by itself. */
async function rollBack(session: Session): Promise<void> {
  await session.script('ROLLBACK').catch(() => {})
}
