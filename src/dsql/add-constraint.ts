import type { Constraint } from 'libpg-query'
import { identifier } from '../sql/quote.ts'
import type { Step } from '../steps/step.ts'
import { textOf } from './edit.ts'
import { defaultName, stringsOf } from './names.ts'
import { type Altered, addChecked, addUnique, type Part } from './table-steps.ts'
import type { Work } from './work.ts'

/** `ADD CONSTRAINT` → NOT VALID and a job, or a unique index first; `undefined` where DSQL takes it as it is. */
export function addConstraint(work: Work, table: Altered, part: Part, constraint: Constraint): Step[] | undefined {
  const { say, holds } = work
  const { contype, indexname, skip_validation, location } = constraint
  const keys = stringsOf(constraint.keys)
  const named = (columns: readonly string[], label: string) =>
    constraint.conname ?? defaultName(table.name.name, columns.join('_'), label)
  switch (contype) {
    case 'CONSTR_FOREIGN':
      if (skip_validation || !holds('notValid')) return undefined
      return addChecked(table, named(stringsOf(constraint.fk_attrs), 'fkey'), definitionOf(work, part))
    case 'CONSTR_CHECK':
      if (skip_validation || !holds('notValid')) return undefined
      return addChecked(table, named([], 'check'), definitionOf(work, part))
    case 'CONSTR_UNIQUE': {
      if (indexname !== undefined || !holds('uniqueByIndex')) return undefined
      if (keys.length > 8) say('indexColumns', String(keys.length), location)
      const name = named(keys, 'key')
      say('uniqueByIndex', name, location)
      return addUnique(table, name, keysOf(constraint, keys), attributesOf(constraint))
    }
    case 'CONSTR_PRIMARY':
      if (indexname === undefined) say('primaryKey', constraint.conname ?? keys.join(', '), location)
      return undefined
    case 'CONSTR_NOTNULL':
      say('notNullConstraint', '', location)
      return undefined
    case 'CONSTR_EXCLUSION':
      say('exclusion', '', location)
      return undefined
    default:
      return undefined
  }
}

/** What stands behind `ADD [CONSTRAINT name]`. */
function definitionOf({ statement }: Work, { from, to }: Part): string {
  return textOf(statement, statement.tokens[from + 1]?.keyword === 'CONSTRAINT' ? from + 3 : from + 1, to)
}

function keysOf({ including, nulls_not_distinct }: Constraint, keys: readonly string[]): string {
  const included = stringsOf(including)
  return [
    `(${keys.map(identifier).join(', ')})`,
    ...(included.length > 0 ? [`INCLUDE (${included.map(identifier).join(', ')})`] : []),
    ...(nulls_not_distinct ? ['NULLS NOT DISTINCT'] : []),
  ].join(' ')
}

function attributesOf({ deferrable, initdeferred }: Constraint): string {
  return `${deferrable ? ' DEFERRABLE' : ''}${initdeferred ? ' INITIALLY DEFERRED' : ''}`
}
