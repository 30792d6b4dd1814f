import type { InsertStmt } from 'libpg-query'
import type { RowsStep } from '../steps/step.ts'
import { isRowByRow } from './batches.ts'
import type { Statement } from './statement.ts'
import type { Work } from './work.ts'

/** Below DSQL's 3,000 changed rows a transaction (recorded 2026-09-18), with room for the journal's own. */
const partSize = 2500
const limit = 3000

/** An `INSERT` of more constant rows than a transaction takes, in parts; `undefined` for one that fits. */
export function manyValues({ statement, place, say, holds }: Work, insert: InsertStmt): RowsStep[] | undefined {
  const { selectStmt, withClause, returningClause } = insert
  const values = selectStmt && 'SelectStmt' in selectStmt ? (selectStmt.SelectStmt.valuesLists ?? []) : []
  if (values.length <= limit || !holds('rowLimit')) return undefined
  const spans = rowSpans(statement)
  if (withClause || returningClause || spans.length !== values.length || !isRowByRow({ List: { items: values } })) {
    say('rowLimit', String(values.length))
    return undefined
  }
  say('rowParts', String(values.length))
  const head = statement.text.slice(0, spans[0]?.start)
  const tail = statement.text.slice(spans.at(-1)?.end)
  const parts: RowsStep[] = []
  for (let from = 0; from < spans.length; from += partSize) {
    const rows = statement.text.slice(spans[from]?.start, spans.slice(from, from + partSize).at(-1)?.end)
    parts.push({ kind: 'rows', place, statements: [head + rows + tail] })
  }
  return parts
}

/** Where the parentheses behind VALUES stand in the text. */
function rowSpans({ tokens }: Statement): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = []
  let [depth, start] = [0, 0]
  for (let at = tokens.findIndex(({ keyword }) => keyword === 'VALUES') + 1; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined || (depth === 0 && token.text !== '(' && token.text !== ',')) break
    if (token.text === '(' && depth++ === 0) start = token.start
    if (token.text === ')' && --depth === 0) spans.push({ start, end: token.end })
  }
  return spans
}
