import type { VariableSetStmt } from 'libpg-query'
import type { Step } from '../steps/step.ts'
import type { Work } from './work.ts'

/** `SET` and `RESET`: kept, left out where DSQL has nothing to set, or refused. */
export function setting({ statement, place, say, holds }: Work, { kind, name = '' }: VariableSetStmt): Step[] {
  const step: Step = { kind: 'session', place, sql: statement.text }
  if (kind === 'VAR_RESET_ALL' || settable.has(name)) return [step]
  if (refused.has(name)) say('settingRefused', name)
  else if (needless.has(name) && holds('setting')) {
    say('setting', name)
    return []
  } else say('settingUnknown', name)
  return [step]
}

/** AWS documentation 2026, checked against recordings of 2026-09-18. */
const settable: ReadonlySet<string> = new Set([
  ...[
    'application_name',
    'client_encoding',
    'datestyle',
    'extra_float_digits',
    'intervalstyle',
    'search_path',
    'timezone',
  ],
  ...['disable_sync_create_index', 'dsql.enable_batched_nestloop', 'enable_bitmapscan', 'enable_hashjoin'],
  ...[
    'enable_indexonlyscan',
    'enable_indexscan',
    'enable_material',
    'enable_mergejoin',
    'enable_nestloop',
    'enable_seqscan',
  ],
])

/** What DSQL refuses (seen 2026-08-28) and a migration loses nothing by: limits, and the headers that pg_dump writes. */
const needless: ReadonlySet<string> = new Set([
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'],
  ...['client_min_messages', 'standard_conforming_strings', 'row_security', 'check_function_bodies', 'xmloption'],
  ...['default_table_access_method', 'default_tablespace', 'synchronize_seqscans', 'maintenance_work_mem', 'work_mem'],
])

/** Recorded 2026-09-18, `role` measured 2026-08-28. */
const refused: ReadonlySet<string> = new Set([
  ...['TRANSACTION', 'SESSION CHARACTERISTICS', 'default_transaction_isolation', 'default_transaction_read_only'],
  ...['role', 'session_authorization'],
])
