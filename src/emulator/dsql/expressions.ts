import type { FuncCall, LockingClause, Node } from 'libpg-query-16'
import type { ServerError } from '../wire/messages.ts'
import { walk } from './parser.ts'
import { refusal } from './rules.ts'
import { isSettable } from './settings.ts'

/** Why DSQL refuses something inside this statement, if so: a function, a lock, a clause. */
export function refuseExpressions(node: Node): ServerError | undefined {
  for (const [type, fields] of walk(node)) {
    const refused = refuseNode(type, fields)
    if (refused) return refused
  }
  return undefined
}

function refuseNode(type: string, fields: Record<string, unknown>): ServerError | undefined {
  switch (type) {
    case 'FuncCall':
      return refuseFunction(fields as FuncCall)
    case 'LockingClause':
      return refuseLocking(fields as LockingClause)
    case 'RangeTableSample':
      return refusal('tablesample')
    case 'SelectStmt':
      // SELECT INTO is CREATE TABLE AS to PostgreSQL as well.
      return fields.intoClause ? refusal('statement', 'CreateTableAs') : undefined
    default:
      return undefined
  }
}

function refuseFunction({ funcname, args }: FuncCall): ServerError | undefined {
  const last = funcname?.at(-1)
  const name = last && 'String' in last ? (last.String.sval ?? '') : ''
  if (/^pg_(try_)?advisory_/.test(name)) return refusal('function', name)
  // Recorded for line and circle; the others stand by them.
  if (geometric.has(name)) return refusal('datatype', name)
  if (name !== 'set_config') return undefined
  const [parameter] = args ?? []
  const setting = parameter && 'A_Const' in parameter ? parameter.A_Const.sval?.sval : undefined
  return setting === undefined || isSettable(setting) ? undefined : refusal('parameter', setting)
}

function refuseLocking({ strength }: LockingClause): ServerError | undefined {
  return strength === 'LCS_FORUPDATE' || strength === 'LCS_FORKEYSHARE' ? undefined : refusal('locking')
}

const geometric: ReadonlySet<string> = new Set(['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'])
