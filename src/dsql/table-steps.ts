import type { AlterTableCmd } from 'libpg-query'
import { identifier } from '../sql/quote.ts'
import type { IndexStep, ObjectName, Place, RowsStep, SchemaStep, ValidateStep } from '../steps/step.ts'

/** The table of an `ALTER TABLE`. */
export interface Altered {
  name: ObjectName
  /** As it was written, with its schema. */
  text: string
  /** The statement as it was written, up to its first part. */
  head: string
  place: Place
}

/** One part of an `ALTER TABLE`: its tree and its tokens. */
export interface Part {
  command: AlterTableCmd
  /** Index of its first token. */
  from: number
  /** Index of the token behind its last. */
  to: number
  text: string
}

/** One part of the `ALTER TABLE` by itself. */
export function changeTable({ head, name, place }: Altered, part: string): SchemaStep {
  return { kind: 'schema', place, statements: [`${head} ${part}`], touches: [{ kind: 'relation', ...name }] }
}

/** Waits for the rows that were there before a constraint. */
export function validate({ text, name, place }: Altered, constraint: string): ValidateStep {
  const sql = `ALTER TABLE ASYNC ${text} VALIDATE CONSTRAINT ${identifier(constraint)}`
  return { kind: 'validate', place, sql, table: name, constraint }
}

/** A constraint for new rows at once, and for those that exist when a job has seen them. */
export function addChecked(table: Altered, constraint: string, definition: string): [SchemaStep, ValidateStep] {
  const part = `ADD CONSTRAINT ${identifier(constraint)} ${definition} NOT VALID`
  return [changeTable(table, part), validate(table, constraint)]
}

/**
 * A unique index, built by a job, and a constraint made of it.
 *
 * @param keys what stands in the parentheses of the index, with them, and behind them.
 * @param attributes whether it can be deferred.
 */
export function addUnique(table: Altered, constraint: string, keys: string, attributes = ''): [IndexStep, SchemaStep] {
  const { text, name, place } = table
  const quoted = identifier(constraint)
  const index = { ...name, name: constraint }
  return [
    {
      kind: 'index',
      place,
      sql: `CREATE UNIQUE INDEX ASYNC ${quoted} ON ${text} ${keys}`,
      table: name,
      index,
      job: true,
    },
    changeTable(table, `ADD CONSTRAINT ${quoted} UNIQUE USING INDEX ${quoted}${attributes}`),
  ]
}

/** Gives a new column's default to the rows that were there before it. */
export function backfill({ text, name, place }: Altered, column: string, spelled: string): RowsStep {
  const filled = `UPDATE ${text} SET ${spelled} = DEFAULT WHERE ${spelled} IS NULL`
  return {
    kind: 'rows',
    place,
    statements: [filled],
    batches: { table: name, before: `${filled} AND (`, after: ')', sets: [column] },
  }
}
