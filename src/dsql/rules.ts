/** One thing that DSQL does otherwise than PostgreSQL. `{}` stands for what the statement names. */
export interface Rule {
  /** `refused`: not run at all. `changed`: run in another form, in which something is other than on PostgreSQL. */
  is: 'refused' | 'changed'
  /** What is so. */
  says: string
  /** What to write in its place, or to mind. */
  instead: string
  /**
   * `recorded` and `measured` on a cluster are certain. What was only documented, reported, or seen in AWS's own lint
   * never refuses a statement: the cluster is asked.
   */
  by: 'recorded' | 'measured' | 'documented' | 'reported' | 'linted'
  /** The day for which it is known, as YYYY-MM-DD. */
  on: string
}

const recorded = { by: 'recorded', on: '2026-09-18' } as const
const measured = { by: 'measured', on: '2026-08-28' } as const
const documented = { by: 'documented', on: '2026-10-01' } as const
const reported = { by: 'reported', on: '2026-06-30' } as const
const linted = { by: 'linted', on: '2026-09-23' } as const

const asComment = 'take the statement out of the migration'

/** What DSQL accepts, as data. It grows monthly: a row is a fact with a date, and goes when the fact does. */
export const rules = {
  enum: {
    is: 'refused',
    says: 'DSQL has no enums ({})',
    instead: 'make the field a `String`; a CHECK constraint can hold the list of values',
    ...recorded,
  },
  type: {
    is: 'refused',
    says: 'DSQL makes no types of its own ({})',
    instead: 'use a plain column, `Json`, or a domain',
    ...recorded,
  },
  datatype: {
    is: 'refused',
    says: 'DSQL has no columns of type {}',
    instead: 'use `String`, `Json`, `Bytes` or a related model in the Prisma schema',
    ...recorded,
  },
  array: {
    is: 'refused',
    says: 'DSQL has no array columns ({})',
    instead: 'use `Json`, or a related model with one row for each element',
    ...recorded,
  },
  serial: {
    is: 'refused',
    says: 'DSQL has no {}',
    instead:
      'use `@default(dbgenerated("gen_random_uuid()")) @db.Uuid`, or set `dsql: { identityCache: 65536 }` in `iam` to have identity columns instead',
    ...recorded,
  },
  cache: {
    is: 'refused',
    says: 'DSQL wants the size of the cache of {}',
    instead:
      'write CACHE 65536 (or CACHE 1) into the migration, or set `dsql: { identityCache: 65536 }` in `iam`; numbers then come with gaps and out of order',
    ...recorded,
  },
  identityType: {
    is: 'refused',
    says: 'an identity column of DSQL is a bigint, not {}',
    instead: 'make the field a `BigInt`, or set `dsql: { identityCache: 65536 }` in `iam`',
    ...recorded,
  },
  identityColumn: {
    is: 'refused',
    says: 'DSQL adds no column that numbers itself to a table that exists ({})',
    instead: 'put the column into CREATE TABLE, or use a `@db.Uuid`',
    ...recorded,
  },
  identity: {
    is: 'changed',
    says: '{} becomes a bigint identity column with a cache',
    instead: 'make the field and those that refer to it `BigInt`; numbers come with gaps and out of order',
    ...recorded,
  },
  sequenceCache: {
    is: 'changed',
    says: 'the sequence {} gets a cache',
    instead: 'numbers come with gaps and out of order',
    ...recorded,
  },
  columnType: {
    is: 'refused',
    says: 'DSQL does not change the type of a column ({})',
    instead:
      'add a column of the new type under another name, copy the values, and drop the old one in a later migration',
    ...recorded,
  },
  primaryKey: {
    is: 'refused',
    says: 'DSQL adds and drops no primary key of a table that exists ({})',
    instead: 'make a new table with the key, copy the rows, drop the old table and rename the new one',
    ...recorded,
  },
  exclusion: {
    is: 'refused',
    says: 'DSQL has no exclusion constraints',
    instead: 'check for overlaps in a transaction of the app; a conflict is retried',
    ...documented,
  },
  addColumn: {
    is: 'changed',
    says: 'the column {} is added empty, then gets its default, and rows that exist are filled in batches',
    instead: 'until the migration ends, readers can see NULL in rows that exist',
    ...recorded,
  },
  addColumnIfMissing: {
    is: 'refused',
    says: 'a column with a default or a constraint cannot be added IF NOT EXISTS on DSQL ({})',
    instead: 'write ADD COLUMN: a migration runs once',
    ...recorded,
  },
  notValid: {
    is: 'changed',
    says: 'the constraint {} holds for new rows first, and for those that exist when a job has checked them',
    instead: 'the deploy waits for the job',
    ...recorded,
  },
  notNullConstraint: {
    is: 'refused',
    says: 'DSQL is based on PostgreSQL 16, which has no named NOT NULL constraints',
    instead: 'write ALTER COLUMN … SET NOT NULL',
    ...recorded,
  },
  notNull: {
    is: 'changed',
    says: 'NOT NULL of {} becomes a CHECK constraint, which DSQL can add to a table that exists',
    instead: 'the catalog goes on calling the column nullable',
    ...recorded,
  },
  uniqueByIndex: {
    is: 'changed',
    says: 'the unique constraint {} is made from a unique index that is built first',
    instead: 'rows that break it end the build, not the statement',
    ...recorded,
  },
  syncIndex: {
    is: 'changed',
    says: 'an index is built by a job that does not hold up writers',
    instead: 'the deploy waits for the job',
    ...recorded,
  },
  sortOrder: {
    is: 'changed',
    says: 'DSQL keeps index keys in ascending order: {} is left out',
    instead: 'an index is read backwards as well, so it matters only where one index mixes directions',
    ...measured,
  },
  indexMethod: {
    is: 'refused',
    says: 'DSQL has no indexes of type {}',
    instead: 'leave `type:` out of @@index, or take the index out of the schema',
    ...measured,
  },
  opclass: {
    is: 'refused',
    says: 'DSQL has no operator classes ({})',
    instead: 'leave `ops:` out of @@index',
    ...measured,
  },
  patternOps: {
    is: 'changed',
    says: '{} is left out: DSQL compares text byte by byte, as that class does',
    instead: 'nothing is lost',
    ...measured,
  },
  indexColumns: {
    is: 'refused',
    says: 'an index or key of DSQL has at most 8 columns, not {}',
    instead: 'leave out columns that do not narrow the search',
    ...recorded,
  },
  collation: {
    is: 'changed',
    says: 'DSQL knows no collation but "C" and may refuse COLLATE {}',
    instead: 'leave the collation out and sort in the app',
    ...linted,
  },
  tableKind: {
    is: 'refused',
    says: 'DSQL has no {} tables',
    instead: 'use a plain table',
    ...recorded,
  },
  inherits: {
    is: 'refused',
    says: 'tables of DSQL do not inherit',
    instead: 'repeat the columns, or use a related model',
    ...linted,
  },
  createTableAs: {
    is: 'refused',
    says: 'DSQL makes no {} from a query',
    instead: 'use a view, or CREATE TABLE and then INSERT … SELECT of up to 3,000 rows',
    ...recorded,
  },
  language: {
    is: 'refused',
    says: 'DSQL has functions in SQL only, not in {}',
    instead: 'write the function in SQL, or put its work into the app',
    ...recorded,
  },
  procedure: {
    is: 'refused',
    says: 'DSQL has no procedures',
    instead: 'put the work into the app or a script',
    ...measured,
  },
  block: {
    is: 'refused',
    says: 'DSQL runs no DO blocks',
    instead: 'write the statements plainly; IF EXISTS and IF NOT EXISTS do without a block',
    ...measured,
  },
  trigger: {
    is: 'refused',
    says: 'DSQL has no triggers',
    instead: 'use `@updatedAt`, a default, or a Prisma client extension',
    ...recorded,
  },
  extension: {
    is: 'refused',
    says: 'DSQL has no extensions ({})',
    instead: 'leave it out of the schema; gen_random_uuid() is built in',
    ...recorded,
  },
  rowSecurity: {
    is: 'refused',
    says: 'DSQL has no row-level security',
    instead: 'use a role with grants of its own, or a view',
    ...measured,
  },
  truncate: {
    is: 'refused',
    says: 'DSQL has no TRUNCATE',
    instead: 'write DELETE FROM; it is run in batches where it has too many rows',
    ...recorded,
  },
  statement: {
    is: 'refused',
    says: 'DSQL does not know {}',
    instead: asComment,
    ...recorded,
  },
  function: {
    is: 'refused',
    says: 'DSQL does not know the function {}',
    instead: 'deploys take a lock of their own; the app needs none, for conflicts show at COMMIT and are retried',
    ...reported,
  },
  locking: {
    is: 'refused',
    says: 'DSQL locks rows by FOR UPDATE and FOR KEY SHARE only',
    instead: 'write FOR UPDATE, or leave the clause out: conflicts show at COMMIT',
    ...recorded,
  },
  systemSchema: {
    is: 'refused',
    says: 'the schema public of DSQL belongs to the system: {}',
    instead: 'grant on its tables, or use a schema of your own; everyone may use public',
    ...recorded,
  },
  grantObject: {
    is: 'refused',
    says: 'DSQL has no grants on a database',
    instead: asComment,
    ...recorded,
  },
  savepoint: {
    is: 'refused',
    says: 'DSQL has no savepoints ({})',
    instead: asComment,
    ...recorded,
  },
  isolation: {
    is: 'refused',
    says: 'every transaction of DSQL is REPEATABLE READ ({})',
    instead: asComment,
    ...recorded,
  },
  setting: {
    is: 'changed',
    says: 'the setting {} is left out: DSQL does not have it',
    instead: 'DSQL waits for no locks and ends a transaction after 5 minutes',
    ...recorded,
  },
  settingRefused: {
    is: 'refused',
    says: 'DSQL does not take the setting {}',
    instead: asComment,
    ...recorded,
  },
  settingUnknown: {
    is: 'changed',
    says: 'the setting {} is not among those that DSQL is known to take',
    instead: asComment,
    ...documented,
  },
  maintenance: {
    is: 'changed',
    says: '{} is left out: DSQL looks after its storage by itself',
    instead: 'nothing is lost',
    ...recorded,
  },
  manyChanges: {
    is: 'refused',
    says: 'a transaction of DSQL holds one schema change, and no rows beside it ({})',
    instead:
      'take BEGIN and COMMIT out of the file: each statement is then a transaction of its own, and the journal knows where to go on',
    ...recorded,
  },
  openBlock: {
    is: 'refused',
    says: 'a transaction is begun and never ended',
    instead: 'write COMMIT, or take BEGIN out of the file',
    ...recorded,
  },
  rolledBack: {
    is: 'changed',
    says: 'a transaction that the file rolls back itself is left out',
    instead: asComment,
    ...recorded,
  },
  rowLimit: {
    is: 'refused',
    says: 'a transaction of DSQL changes at most 3,000 rows; this statement has {}',
    instead: 'write several statements',
    ...recorded,
  },
  rowParts: {
    is: 'changed',
    says: 'a transaction of DSQL changes at most 3,000 rows: the {} of this statement are inserted in parts',
    instead: 'a default that tells the time tells another for each part',
    ...recorded,
  },
  indexName: {
    is: 'changed',
    says: 'ALTER INDEX may be refused by DSQL ({})',
    instead: 'map the index in the schema to the name that it has',
    ...linted,
  },
  hook: {
    is: 'refused',
    says: 'a hook runs as it is written, and DSQL does not take it so',
    instead: 'write what stands below',
    ...recorded,
  },
  unreadable: {
    is: 'refused',
    says: 'the file cannot be read: {}',
    instead: 'correct the file',
    ...recorded,
  },
  unparsed: {
    is: 'changed',
    says: "PostgreSQL's parser cannot read this statement; DSQL is sent it as it is",
    instead: 'look for a mistake in it',
    ...documented,
  },
} as const satisfies Record<string, Rule>

/** The name of a rule. */
export type RuleName = keyof typeof rules

/** Whether DSQL was seen to refuse what the rule is about. */
export function isCertain({ is, by }: Rule): boolean {
  return is === 'refused' && (by === 'recorded' || by === 'measured')
}
