import { known, type Rule } from './rule.ts'

/** What DSQL says of indexes, and of what else a schema is made of. */
export const objects = {
  syncIndex: {
    is: 'changed',
    says: 'an index is built by a job that does not hold up writers',
    instead: 'the deploy waits for the job',
    ...known.recorded,
  },
  sortOrder: {
    is: 'changed',
    says: 'DSQL keeps index keys in ascending order: {} is left out',
    instead: 'an index is read backwards as well, so it matters only where one index mixes directions',
    ...known.measured,
  },
  indexMethod: {
    is: 'refused',
    says: 'DSQL has no indexes of type {}',
    instead: 'leave `type:` out of @@index, or take the index out of the schema',
    ...known.measured,
  },
  opclass: {
    is: 'refused',
    says: 'DSQL has no operator classes ({})',
    instead: 'leave `ops:` out of @@index',
    ...known.measured,
  },
  patternOps: {
    is: 'changed',
    says: '{} is left out: DSQL compares text byte by byte, as that class does',
    instead: 'nothing is lost',
    ...known.measured,
  },
  indexColumns: {
    is: 'refused',
    says: 'an index or key of DSQL has at most 8 columns, not {}',
    instead: 'leave out columns that do not narrow the search',
    ...known.recorded,
  },
  collation: {
    is: 'changed',
    says: 'DSQL knows no collation but "C" and may refuse COLLATE {}',
    instead: 'leave the collation out and sort in the app',
    ...known.linted,
  },
  tableKind: {
    is: 'refused',
    says: 'DSQL has no {} tables',
    instead: 'use a plain table',
    ...known.recorded,
  },
  inherits: {
    is: 'refused',
    says: 'tables of DSQL do not inherit',
    instead: 'repeat the columns, or use a related model',
    ...known.linted,
  },
  createTableAs: {
    is: 'refused',
    says: 'DSQL makes no {} from a query',
    instead: 'use a view, or CREATE TABLE and then INSERT … SELECT of up to 3,000 rows',
    ...known.recorded,
  },
  language: {
    is: 'refused',
    says: 'DSQL has functions in SQL only, not in {}',
    instead: 'write the function in SQL, or put its work into the app',
    ...known.recorded,
  },
  procedure: {
    is: 'refused',
    says: 'DSQL has no procedures',
    instead: 'put the work into the app or a script',
    ...known.measured,
  },
  block: {
    is: 'refused',
    says: 'DSQL runs no DO blocks',
    instead: 'write the statements plainly; IF EXISTS and IF NOT EXISTS do without a block',
    ...known.measured,
  },
  trigger: {
    is: 'refused',
    says: 'DSQL has no triggers',
    instead: 'use `@updatedAt`, a default, or a Prisma client extension',
    ...known.recorded,
  },
  extension: {
    is: 'refused',
    says: 'DSQL has no extensions ({})',
    instead: 'leave it out of the schema; gen_random_uuid() is built in',
    ...known.recorded,
  },
  rowSecurity: {
    is: 'refused',
    says: 'DSQL has no row-level security',
    instead: 'use a role with grants of its own, or a view',
    ...known.measured,
  },
  truncate: {
    is: 'refused',
    says: 'DSQL has no TRUNCATE',
    instead: 'write DELETE FROM; it is run in batches where it has too many rows',
    ...known.recorded,
  },
} as const satisfies Record<string, Rule>
