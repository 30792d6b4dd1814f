import type { Step } from '../steps/step.ts'
import { cacheEdits, hasCache } from './columns.ts'
import { edited, textOf } from './edit.ts'
import { addNotNull, dropNotNull } from './not-null.ts'
import { type Altered, changeTable, type Part } from './table-steps.ts'
import type { Work } from './work.ts'

/** What becomes of a change to one column; `undefined` where DSQL takes it as it is. */
export function alterColumn(work: Work, table: Altered, part: Part): Step[] | undefined {
  const { say, holds } = work
  const { subtype, name = '' } = part.command
  switch (subtype) {
    case 'AT_AlterColumnType':
      say('columnType', name)
      return undefined
    case 'AT_SetNotNull':
      return holds('notNull') ? addNotNull(work, table, { name, spelled: columnOf(work, part) }) : undefined
    case 'AT_DropNotNull':
      return holds('notNull') ? dropNotNull(table, part.text, name) : undefined
    case 'AT_SetStatistics':
      say('statement', 'SET STATISTICS')
      return undefined
    case 'AT_AddIdentity':
      return addIdentity(work, table, part)
    default:
      return undefined
  }
}

/** The column as it was written: behind ALTER, and behind COLUMN where that is said. */
function columnOf({ statement }: Work, { from }: Part): string {
  const at = statement.tokens[from + 1]?.keyword === 'COLUMN' ? from + 2 : from + 1
  return textOf(statement, at, at + 1)
}

function addIdentity({ statement, options, say, holds }: Work, table: Altered, part: Part): Step[] | undefined {
  const { def, name = '' } = part.command
  const given = def && 'Constraint' in def ? def.Constraint.options : undefined
  if (hasCache(given) || !holds('cache')) return undefined
  if (options.identityCache === undefined) {
    say('cache', `the identity column ${name}`)
    return undefined
  }
  say('identity', name)
  const tokens = statement.tokens.slice(part.from, part.to)
  const start = tokens[0]?.start ?? 0
  const own = {
    text: part.text,
    tokens: tokens.map((token) => ({ ...token, start: token.start - start, end: token.end - start })),
  }
  const open = own.tokens.findIndex(({ keyword }) => keyword === 'IDENTITY') + 1
  return [changeTable(table, edited(own, cacheEdits(own.tokens, given, open, options.identityCache)))]
}
