import type { A_Const, FuncCall, RangeVar } from 'libpg-query'
import type { Batches } from '../steps/step.ts'
import { nameOf, stringsOf } from './names.ts'
import type { Node, Statement } from './statement.ts'
import { walk } from './walk.ts'

/**
 * How to run a change of many rows in parts, where the outcome is provably the same: one table, and every row changed
 * by what stands in that row alone. Whether the columns that are set belong to the key shows in the catalog only.
 */
export function batchesOf(statement: Statement, tree: Node): Batches | undefined {
  if ('UpdateStmt' in tree) {
    const { relation, targetList = [], whereClause, fromClause, withClause, returningClause } = tree.UpdateStmt
    if (fromClause || withClause || returningClause || !isRowByRow(tree)) return undefined
    const sets = targetList.flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : []))
    return { ...roomForKey(statement, relation, whereClause), sets }
  }
  if ('DeleteStmt' in tree) {
    const { relation, whereClause, usingClause, withClause, returningClause } = tree.DeleteStmt
    if (usingClause || withClause || returningClause || !isRowByRow(tree)) return undefined
    return { ...roomForKey(statement, relation, whereClause), sets: [] }
  }
  return undefined
}

function roomForKey({ text, tokens }: Statement, relation: RangeVar | undefined, where: Node | undefined) {
  const table = nameOf(relation)
  if (where === undefined) return { table, before: `${text} WHERE `, after: '' }
  // The last WHERE: there is no query inside that could have another.
  const at = tokens.findLast(({ keyword }) => keyword === 'WHERE')?.end ?? text.length
  return { table, before: `${text.slice(0, at)} (${text.slice(at).trim()}) AND (`, after: ')' }
}

/** Whether nothing in a statement looks at other rows, at the time, or at what differs from one transaction to the next. */
export function isRowByRow(tree: Node): boolean {
  for (const [type, fields] of walk(tree)) {
    if (dependent.has(type)) return false
    if (type === 'FuncCall' && !isImmutable(fields as FuncCall)) return false
    // 'now'::timestamptz is the time as well.
    if (type === 'A_Const' && /^\s*(now|today|tomorrow|yesterday)/i.test((fields as A_Const).sval?.sval ?? ''))
      return false
    if (type === 'ColumnRef' && systemColumns.has(stringsOf((fields as { fields?: Node[] }).fields).at(-1) ?? ''))
      return false
  }
  return true
}

/** Queries, places in a cursor, parameters, defaults (which may count), and functions that PostgreSQL writes as words. */
const dependent: ReadonlySet<string> = new Set([
  ...['SubLink', 'SelectStmt', 'CurrentOfExpr', 'ParamRef', 'SetToDefault', 'SQLValueFunction', 'XmlExpr'],
  ...['JsonFuncExpr', 'RangeSubselect', 'WindowDef', 'GroupingFunc'],
])

const systemColumns: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])

function isImmutable({ funcname, over }: FuncCall): boolean {
  const names = stringsOf(funcname)
  const [name = ''] = names.slice(-1)
  return over === undefined && (names.length === 1 || names[0] === 'pg_catalog') && immutable.has(name)
}

/** Functions of PostgreSQL that are immutable in all their forms (pg_proc of 16), as far as migrations use them. */
const immutable: ReadonlySet<string> = new Set([
  ...['lower', 'upper', 'initcap', 'btrim', 'ltrim', 'rtrim', 'length', 'char_length', 'octet_length', 'reverse'],
  ...['replace', 'translate', 'substring', 'substr', 'left', 'right', 'lpad', 'rpad', 'repeat', 'split_part', 'strpos'],
  ...['position', 'overlay', 'ascii', 'chr', 'md5', 'starts_with', 'regexp_replace', 'regexp_like', 'regexp_count'],
  ...['abs', 'ceil', 'ceiling', 'floor', 'round', 'trunc', 'sign', 'mod', 'div', 'power', 'sqrt', 'gcd', 'lcm'],
  ...['encode', 'decode', 'sha224', 'sha256', 'sha384', 'sha512', 'jsonb_set', 'jsonb_typeof', 'jsonb_array_length'],
  ...[
    'jsonb_strip_nulls',
    'jsonb_extract_path',
    'jsonb_extract_path_text',
    'make_date',
    'make_interval',
    'justify_days',
  ],
])
