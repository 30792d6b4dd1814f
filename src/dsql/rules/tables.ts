import { known, type Rule } from './rule.ts'

/** What DSQL says of tables, their columns and constraints. */
export const tables = {
  enum: {
    is: 'refused',
    says: 'DSQL has no enums ({})',
    instead: 'make the field a `String`; a CHECK constraint can hold the list of values',
    ...known.recorded,
  },
  type: {
    is: 'refused',
    says: 'DSQL makes no types of its own ({})',
    instead: 'use a plain column, `Json`, or a domain',
    ...known.recorded,
  },
  datatype: {
    is: 'refused',
    says: 'DSQL has no columns of type {}',
    instead: 'use `String`, `Json`, `Bytes` or a related model in the Prisma schema',
    ...known.recorded,
  },
  array: {
    is: 'refused',
    says: 'DSQL has no array columns ({})',
    instead: 'use `Json`, or a related model with one row for each element',
    ...known.recorded,
  },
  serial: {
    is: 'refused',
    says: 'DSQL has no {}',
    instead:
      'use `@default(dbgenerated("gen_random_uuid()")) @db.Uuid`, or set `dsql: { identityCache: 65536 }` in `iam` to have identity columns instead',
    ...known.recorded,
  },
  cache: {
    is: 'refused',
    says: 'DSQL wants the size of the cache of {}',
    instead:
      'write CACHE 65536 (or CACHE 1) into the migration, or set `dsql: { identityCache: 65536 }` in `iam`; numbers then come with gaps and out of order',
    ...known.recorded,
  },
  identityType: {
    is: 'refused',
    says: 'an identity column of DSQL is a bigint, not {}',
    instead: 'make the field a `BigInt`, or set `dsql: { identityCache: 65536 }` in `iam`',
    ...known.recorded,
  },
  identityColumn: {
    is: 'refused',
    says: 'DSQL adds no column that numbers itself to a table that exists ({})',
    instead: 'put the column into CREATE TABLE, or use a `@db.Uuid`',
    ...known.recorded,
  },
  identity: {
    is: 'changed',
    says: '{} becomes a bigint identity column with a cache',
    instead: 'make the field and those that refer to it `BigInt`; numbers come with gaps and out of order',
    ...known.recorded,
  },
  sequenceCache: {
    is: 'changed',
    says: 'the sequence {} gets a cache',
    instead: 'numbers come with gaps and out of order',
    ...known.recorded,
  },
  columnType: {
    is: 'refused',
    says: 'DSQL does not change the type of a column ({})',
    instead:
      'add a column of the new type under another name, copy the values, and drop the old one in a later migration',
    ...known.recorded,
  },
  primaryKey: {
    is: 'refused',
    says: 'DSQL adds and drops no primary key of a table that exists ({})',
    instead: 'make a new table with the key, copy the rows, drop the old table and rename the new one',
    ...known.recorded,
  },
  exclusion: {
    is: 'refused',
    says: 'DSQL has no exclusion constraints',
    instead: 'check for overlaps in a transaction of the app; a conflict is retried',
    ...known.documented,
  },
  addColumn: {
    is: 'changed',
    says: 'the column {} is added empty, then gets its default, and rows that exist are filled in batches',
    instead: 'until the migration ends, readers can see NULL in rows that exist',
    ...known.recorded,
  },
  addColumnIfMissing: {
    is: 'refused',
    says: 'a column with a default or a constraint cannot be added IF NOT EXISTS on DSQL ({})',
    instead: 'write ADD COLUMN: a migration runs once',
    ...known.recorded,
  },
  notValid: {
    is: 'changed',
    says: 'the constraint {} holds for new rows first, and for those that exist when a job has checked them',
    instead: 'the deploy waits for the job',
    ...known.recorded,
  },
  notNullConstraint: {
    is: 'refused',
    says: 'DSQL is based on PostgreSQL 16, which has no named NOT NULL constraints',
    instead: 'write ALTER COLUMN … SET NOT NULL',
    ...known.recorded,
  },
  notNull: {
    is: 'changed',
    says: 'NOT NULL of {} becomes a CHECK constraint, which DSQL can add to a table that exists',
    instead: 'the catalog goes on calling the column nullable',
    ...known.recorded,
  },
  uniqueByIndex: {
    is: 'changed',
    says: 'the unique constraint {} is made from a unique index that is built first',
    instead: 'rows that break it end the build, not the statement',
    ...known.recorded,
  },
} as const satisfies Record<string, Rule>
