import type { CreateStmt } from 'libpg-query'
import type { Step } from '../steps/step.ts'
import { columnEdits } from './columns.ts'
import { edited } from './edit.ts'
import { nameOf } from './names.ts'
import type { Work } from './work.ts'

/** `CREATE TABLE`, whose keys, checks and references DSQL takes as they are. */
export function createTable(work: Work, table: CreateStmt): Step[] {
  const { statement, place, say } = work
  const { relation, partspec, partbound, inhRelations, tableElts = [] } = table
  if (relation?.relpersistence === 't') say('tableKind', 'temporary')
  if (relation?.relpersistence === 'u') say('tableKind', 'unlogged')
  if (partspec || partbound) say('tableKind', 'partitioned')
  else if (inhRelations) say('inherits')
  const edits = tableElts.flatMap((element) => {
    if ('ColumnDef' in element) return columnEdits(work, element.ColumnDef)
    if ('Constraint' in element) {
      const { contype, keys = [], location } = element.Constraint
      if (contype === 'CONSTR_EXCLUSION') say('exclusion', '', location)
      if (keys.length > 8) say('indexColumns', String(keys.length), location)
    }
    return []
  })
  return [
    {
      kind: 'schema',
      place,
      statements: [edited(statement, edits)],
      touches: [{ kind: 'relation', ...nameOf(relation) }],
    },
  ]
}
