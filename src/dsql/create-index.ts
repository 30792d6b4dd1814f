import type { IndexElem, IndexStmt } from 'libpg-query'
import type { Step } from '../steps/step.ts'
import { type Edit, edited } from './edit.ts'
import { endOfName, nameOf, stringsOf } from './names.ts'
import type { Statement } from './statement.ts'
import type { Work } from './work.ts'

/** `CREATE INDEX` → `CREATE INDEX ASYNC`, without what DSQL's index keys do not have. */
export function createIndex(work: Work, index: IndexStmt): Step[] {
  const { statement, place, holds, say } = work
  const table = nameOf(index.relation)
  const keys = (index.indexParams ?? []).flatMap((node) => ('IndexElem' in node ? [node.IndexElem] : []))
  if (keys.length > 8) say('indexColumns', String(keys.length))
  const job = statement.async || holds('syncIndex')
  return [
    {
      kind: 'index',
      place,
      sql: edited(statement, [...headEdits(work, index, job), ...keyEdits(work, index, keys)]),
      table,
      ...(index.idxname === undefined ? {} : { index: { ...table, name: index.idxname } }),
      job,
    },
  ]
}

function headEdits({ statement, say, holds }: Work, index: IndexStmt, job: boolean): Edit[] {
  const { tokens } = statement
  const word = index.unique ? 2 : 1
  const edits: Edit[] = []
  if (job && !statement.async) {
    const to = index.concurrent ? word + 2 : word + 1
    edits.push({ from: word, to, with: `${tokens[word]?.text} ASYNC` })
  }
  const on = statement.tokenAt(index.relation?.location)
  const name = tokens.findIndex(({ keyword }) => keyword === 'ON') - 3
  if (tokens[name + 1]?.text === '.') edits.push({ from: name, to: name + 2, with: '' })
  const using = endOfName(statement, on)
  if (tokens[using]?.keyword !== 'USING' || !holds('indexMethod')) return edits
  if (index.accessMethod === 'btree') edits.push({ from: using, to: using + 2, with: '' })
  else say('indexMethod', index.accessMethod)
  return edits
}

function keyEdits({ statement, say, holds }: Work, index: IndexStmt, keys: readonly IndexElem[]): Edit[] {
  const edits: Edit[] = []
  const spans = keySpans(statement, statement.tokenAt(index.relation?.location))
  for (const [at, key] of keys.entries()) {
    const span = spans[at]
    if (span === undefined) continue
    let { to } = span
    const order = orderTokens(statement, span)
    if (order > 0 && holds('sortOrder')) {
      const words = statement.tokens.slice(to - order, to).map(({ text }) => text.toUpperCase())
      // ASC is what every key is, and nulls stand last in it.
      if (!['ASC', 'NULLS LAST', 'ASC NULLS LAST'].includes(words.join(' '))) say('sortOrder', words.join(' '))
      edits.push({ from: to - order, to, with: '' })
      to -= order
    }
    const opclass = stringsOf(key.opclass)
    if (opclass.length === 0 || !holds('opclass')) continue
    const name = opclass.at(-1) ?? ''
    if (key.opclassopts !== undefined || !droppable.test(name)) say('opclass', name)
    else {
      if (name.endsWith('_pattern_ops')) say('patternOps', name)
      edits.push({ from: to - (2 * opclass.length - 1), to, with: '' })
    }
  }
  return edits
}

/** Default classes of btree, and those that compare text byte by byte, as the collation "C" does. */
const droppable =
  /^(int[248]|text|varchar|bpchar|name|uuid|bool|date|time|timetz|timestamp|timestamptz|interval|numeric|float[48]|bytea|char)_ops$|^(text|varchar|bpchar)_pattern_ops$/

interface Span {
  from: number
  to: number
}

/** The tokens of each key: what stands between the commas of the first parentheses behind the table. */
function keySpans({ tokens }: Statement, table: number): Span[] {
  const open = tokens.findIndex(({ text }, at) => at > table && text === '(')
  const spans: Span[] = []
  let [depth, from] = [0, open + 1]
  for (let at = open; at !== -1 && at < tokens.length; at++) {
    const { text } = tokens[at] ?? { text: '' }
    if (text === '(' || text === '[') depth++
    else if (text === ')' || text === ']') depth--
    if (depth === 0 || (depth === 1 && text === ',')) {
      spans.push({ from, to: at })
      from = at + 1
    }
    if (depth === 0) break
  }
  return spans
}

/** How many tokens at the end of a key tell its order; ASC, DESC and NULLS are no names there. */
function orderTokens({ tokens }: Statement, { from, to }: Span): number {
  const word = (back: number) => (to - back > from ? tokens[to - back]?.keyword : undefined)
  const nulls = word(2) === 'NULLS' && (word(1) === 'FIRST' || word(1) === 'LAST') ? 2 : 0
  const direction = word(nulls + 1)
  return direction === 'ASC' || direction === 'DESC' ? nulls + 1 : nulls
}
