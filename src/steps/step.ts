/** Where a step begins in its file, counted from 1. */
export interface Place {
  line: number
  column: number
}

/** A name in the database, as the catalogs spell it; without a schema it is found by `search_path`. */
export interface ObjectName {
  schema?: string
  name: string
}

/** What a step changes, so that a later run can tell by looking whether it took effect. */
export interface Touched extends ObjectName {
  kind: 'relation' | 'routine' | 'type' | 'schema'
}

/**
 * One piece of a migration file that takes effect as a whole.
 *
 * A file that fits no single transaction is run step by step; what is done stands in the journal.
 */
export type Step = SessionStep | RowsStep | SchemaStep | IndexStep | ValidateStep | NullableStep | BareStep

interface Base {
  place: Place
}

/** `SET`, `RESET`: means something to the session alone, and is run again whenever its file is continued. */
export interface SessionStep extends Base {
  kind: 'session'
  sql: string
}

/** Changes of rows: one transaction, which the journal's row shares. */
export interface RowsStep extends Base {
  kind: 'rows'
  statements: readonly string[]
  /** How to do the same in key order, batch by batch, where one transaction takes too few rows and the outcome is equal. */
  batches?: Batches
}

/** A statement over one table with room for a condition on its primary key: `before` + condition + `after`. */
export interface Batches {
  table: ObjectName
  before: string
  after: string
  /** The columns that it gives values to; the outcome is equal only where none of them is part of the key. */
  sets: readonly string[]
}

/** Changes of the schema that are one transaction: one statement, or a file's own `BEGIN … COMMIT` without the brackets. */
export interface SchemaStep extends Base {
  kind: 'schema'
  statements: readonly string[]
  touches: readonly Touched[]
  /** The check that it adds for NOT NULL: as with `SET NOT NULL`, nothing is to do where the column has it. */
  adds?: { table: ObjectName; column: string; check: string }
}

/** An index that is built outside a transaction: `CREATE INDEX CONCURRENTLY`, or DSQL's job. */
export interface IndexStep extends Base {
  kind: 'index'
  sql: string
  table: ObjectName
  /** Absent where the server picks the name. */
  index?: ObjectName
  /** Whether the answer is the id of a job to wait for. */
  job: boolean
}

/** `ALTER TABLE ASYNC … VALIDATE CONSTRAINT`: a job to wait for. */
export interface ValidateStep extends Base {
  kind: 'validate'
  sql: string
  table: ObjectName
  constraint: string
}

/** Drops the checks `…_not_null` that stand for NOT NULL of a column where the server cannot add that itself. */
export interface NullableStep extends Base {
  kind: 'nullable'
  /** `ALTER TABLE … DROP CONSTRAINT`, to be followed by the name of each. */
  sql: string
  table: ObjectName
  column: string
}

/** A statement that cannot share a transaction and may be repeated: `VACUUM`, `REINDEX`, `DROP INDEX CONCURRENTLY IF EXISTS`. */
export interface BareStep extends Base {
  kind: 'bare'
  sql: string
}
