import type { Step } from '../steps/step.ts'
import { defaultName } from './names.ts'
import { type Altered, addChecked, changeTable } from './table-steps.ts'
import type { Work } from './work.ts'

interface Column {
  name: string
  /** As it was written. */
  spelled: string
  /** In the tree, where it is known. */
  location?: number | undefined
}

/** NOT NULL for a column that exists: a constraint named as PostgreSQL 18 names its own. */
export function addNotNull(work: Work, table: Altered, { name, spelled, location }: Column): Step[] {
  work.say('notNull', name, location)
  const check = nameOfNotNull(table, name)
  const [add, validate] = addChecked(table, check, `CHECK (${spelled} IS NOT NULL)`)
  return [{ ...add, adds: { table: table.name, column: name, check } }, validate]
}

/** Takes both forms away: that of a column made with its table, and that of one added later. */
export function dropNotNull(table: Altered, text: string, column: string): Step[] {
  const { head, name, place } = table
  return [changeTable(table, text), { kind: 'nullable', place, sql: `${head} DROP CONSTRAINT`, table: name, column }]
}

function nameOfNotNull({ name: { name: table } }: Altered, column: string): string {
  return defaultName(table, column, 'not_null')
}
