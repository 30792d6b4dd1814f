import { type Node, type NodeType, walk } from './parser.ts'
import type { Effect } from './transaction.ts'

const changing: ReadonlySet<NodeType> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

// Whatever is not listed here or above changes the catalog: CREATE, ALTER, DROP, GRANT, REVOKE, COMMENT and the like.
const neutral: ReadonlySet<NodeType> = new Set([
  'CallStmt',
  'CheckPointStmt',
  'ClosePortalStmt',
  'ConstraintsSetStmt',
  'DeallocateStmt',
  'DeclareCursorStmt',
  'DiscardStmt',
  'ExecuteStmt',
  'ExplainStmt',
  'FetchStmt',
  'ListenStmt',
  'LoadStmt',
  'LockStmt',
  'NotifyStmt',
  'PrepareStmt',
  'SelectStmt',
  'UnlistenStmt',
  'VacuumStmt',
  'VariableSetStmt',
  'VariableShowStmt',
])

/** What a statement does to its transaction. */
export function effectOf(node: Node): Effect {
  if ('TransactionStmt' in node) return transactionEffect(node.TransactionStmt.kind, node.TransactionStmt.chain)
  if ('CopyStmt' in node) return node.CopyStmt.is_from ? 'dml' : 'none'
  if ('ExplainStmt' in node && !isAnalyze(node)) return 'none'
  const [type] = Object.keys(node) as [NodeType]
  if (changing.has(type)) return 'dml'
  if (!neutral.has(type)) return 'ddl'
  // WITH … AS (INSERT …) SELECT, and EXPLAIN ANALYZE of a change.
  for (const [inner] of walk(node)) if (changing.has(inner as NodeType)) return 'dml'
  return 'none'
}

/** Whether a statement that changes rows may change more than its tag tells: by a WITH clause, or by a cascade. */
export function spreads(node: Node): boolean {
  if ('CopyStmt' in node) return false
  if (!('InsertStmt' in node)) return true
  const { withClause, onConflictClause } = node.InsertStmt
  return withClause !== undefined || onConflictClause?.action === 'ONCONFLICT_UPDATE'
}

/** How a query locks the rows that it reads. */
export type Lock = 'update' | 'keyShare'

/** The lock of SELECT … FOR UPDATE or FOR KEY SHARE. */
export function lockOf(node: Node): Lock | undefined {
  for (const [type, fields] of walk(node)) {
    if (type === 'LockingClause') return fields.strength === 'LCS_FORKEYSHARE' ? 'keyShare' : 'update'
  }
  return undefined
}

function transactionEffect(kind: string | undefined, chain: boolean | undefined): Effect {
  switch (kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      return 'begin'
    case 'TRANS_STMT_COMMIT':
    case 'TRANS_STMT_ROLLBACK':
      return chain ? 'chain' : 'end'
    default:
      return 'none'
  }
}

function isAnalyze(node: Extract<Node, { ExplainStmt: unknown }>): boolean {
  return (node.ExplainStmt.options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === 'analyze')
}
