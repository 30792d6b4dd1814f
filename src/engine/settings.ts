import { identifier, literal } from '../sql/quote.ts'
import type { StepServer } from '../steps/session.ts'
import type { Session } from './session.ts'

/**
 * Reads what a migration file may change about its session, and gives what puts it back, so that files do the same
 * whether they are deployed together or one at a time: a dump sets an empty `search_path`, in which the history table is
 * not found; a file that takes another role would write the history as that role; time zone, `session_replication_role`
 * or the tables that are temporary would change what the next file means.
 *
 * A deferred constraint speaks here too, while it can still be told as this file's failure, and not at the commit.
 */
export async function readSettings(session: Session, { transactionalDdl }: StepServer): Promise<() => Promise<void>> {
  const { rows } = await session.query("SELECT current_setting('search_path'), session_user", [])
  const [path, user] = rows[0] ?? []
  const back = `SELECT pg_catalog.set_config('search_path', ${literal(path ?? '')}, false)`
  // Aurora DSQL has neither roles to take nor anything else to put back.
  if (!transactionalDdl) return () => session.script(back)
  // RESET would lead to whoever logged in, which behind a proxy can be somebody else.
  const self = `SET SESSION AUTHORIZATION ${identifier(user ?? '')}; RESET ROLE`
  return () =>
    session.script(`SET CONSTRAINTS ALL IMMEDIATE; ${self}; RESET ALL; ${back}; DISCARD TEMP; DEALLOCATE ALL`)
}
