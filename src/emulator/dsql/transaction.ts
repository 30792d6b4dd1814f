import type { RuleName } from './rules.ts'

/** What a statement does to the transaction it runs in. */
export type Effect = 'begin' | 'end' | 'chain' | 'ddl' | 'dml' | 'none'

/** Which kind of change a transaction already holds; DSQL lets it hold one DDL statement or any number of DML. */
export type Holds = 'nothing' | 'ddl' | 'dml'

/**
 * Where a session stands. `implicit` lasts to the end of a simple query or to Sync, `explicit` to COMMIT or ROLLBACK.
 */
export type Transaction =
  | { at: 'idle' }
  | { at: 'implicit'; holds: Holds }
  | { at: 'explicit'; holds: Holds }
  | { at: 'failed' }

/** Where a session stands when it logs in. */
export const idle: Transaction = { at: 'idle' }

/** Supposes that a statement succeeds: where the session stands behind it, or the rule that it breaks. */
export function step(now: Transaction, effect: Effect): Transaction | RuleName {
  if (effect === 'end') return idle
  if (effect === 'chain') return { at: 'explicit', holds: 'nothing' }
  if (now.at === 'failed') return now
  const holds = now.at === 'idle' ? 'nothing' : now.holds
  if (effect === 'begin') return { at: 'explicit', holds }
  const at = now.at === 'idle' ? 'implicit' : now.at
  if (effect === 'none') return { at, holds }
  if (holds === 'nothing' || (holds === 'dml' && effect === 'dml')) return { at, holds: effect }
  return holds === 'ddl' && effect === 'ddl' ? 'multipleDdl' : 'ddlAndDml'
}

/** Corrects the supposition by what the server says in ReadyForQuery: `I`dle, in a `T`ransaction, or in a failed one. */
export function settle(now: Transaction, status: string): Transaction {
  if (status === 'I') return idle
  if (status === 'E') return { at: 'failed' }
  return { at: 'explicit', holds: now.at === 'explicit' || now.at === 'implicit' ? now.holds : 'nothing' }
}
