import { literal } from '../sql/quote.ts'
import type { StepServer } from '../steps/session.ts'
import type { Session } from './session.ts'

/**
 * Reads what a migration file may change about its session, and gives what puts it back: a dump sets an empty
 * `search_path`, in which the history table is not found, and a file that takes another role would write the history as
 * that role.
 *
 * A deferred constraint speaks here too, while it can still be told as this file's failure, and not at the commit.
 */
export async function readSettings(session: Session, { transactionalDdl }: StepServer): Promise<() => Promise<void>> {
  const { rows } = await session.query("SELECT current_setting('search_path')", [])
  const back = `SELECT pg_catalog.set_config('search_path', ${literal(rows[0]?.[0] ?? '')}, false)`
  // Aurora DSQL has neither roles to take nor anything else to put back.
  const whole = transactionalDdl ? `SET CONSTRAINTS ALL IMMEDIATE; RESET ROLE; ${back}` : back
  return () => session.script(whole)
}
