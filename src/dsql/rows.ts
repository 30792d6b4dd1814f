import type { Step } from '../steps/step.ts'
import { batchesOf } from './batches.ts'
import { manyValues } from './many-values.ts'
import type { Node } from './statement.ts'
import type { NodeType } from './unsupported.ts'
import type { Work } from './work.ts'

/** Statements that read or change rows, or mean something to the session; `undefined` for those of the schema. */
export function changeRows(work: Work, tree: Node): Step[] | undefined {
  const { statement, place } = work
  const [type] = Object.keys(tree) as [NodeType]
  const { text: sql } = statement
  if (type === 'ConstraintsSetStmt') return [{ kind: 'session', place, sql }]
  if (alone.has(type)) return [{ kind: 'bare', place, sql }]
  if (!rowed.has(type)) return undefined
  const parts = 'InsertStmt' in tree ? manyValues(work, tree.InsertStmt) : undefined
  if (parts) return parts
  const batches = batchesOf(statement, tree)
  return [{ kind: 'rows', place, statements: [sql], ...(batches === undefined ? {} : { batches }) }]
}

const rowed: ReadonlySet<NodeType> = new Set([
  ...(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt'] as const),
  ...(['ExplainStmt', 'VariableShowStmt', 'DeclareCursorStmt', 'FetchStmt', 'ClosePortalStmt', 'LockStmt'] as const),
])

const alone: ReadonlySet<NodeType> = new Set([
  ...(['PrepareStmt', 'ExecuteStmt', 'DeallocateStmt', 'DiscardStmt', 'LoadStmt', 'CheckPointStmt'] as const),
  ...(['ReindexStmt', 'ClusterStmt', 'ListenStmt', 'NotifyStmt', 'UnlistenStmt'] as const),
])
