import { known, leaveOut, type Rule } from './rule.ts'

/** What DSQL says of statements, transactions and settings. */
export const statements = {
  statement: {
    is: 'refused',
    says: 'DSQL does not know {}',
    instead: leaveOut,
    ...known.recorded,
  },
  function: {
    is: 'refused',
    says: 'DSQL does not know the function {}',
    instead: 'deploys take a lock of their own; the app needs none, for conflicts show at COMMIT and are retried',
    ...known.reported,
  },
  locking: {
    is: 'refused',
    says: 'DSQL locks rows by FOR UPDATE and FOR KEY SHARE only',
    instead: 'write FOR UPDATE, or leave the clause out: conflicts show at COMMIT',
    ...known.recorded,
  },
  systemSchema: {
    is: 'refused',
    says: 'the schema public of DSQL belongs to the system: {}',
    instead: 'grant on its tables, or use a schema of your own; everyone may use public',
    ...known.recorded,
  },
  grantObject: {
    is: 'refused',
    says: 'DSQL has no grants on a database',
    instead: leaveOut,
    ...known.recorded,
  },
  savepoint: {
    is: 'refused',
    says: 'DSQL has no savepoints ({})',
    instead: leaveOut,
    ...known.recorded,
  },
  isolation: {
    is: 'refused',
    says: 'every transaction of DSQL is REPEATABLE READ ({})',
    instead: leaveOut,
    ...known.recorded,
  },
  setting: {
    is: 'changed',
    says: 'the setting {} is left out: DSQL does not have it',
    instead: 'DSQL waits for no locks and ends a transaction after 5 minutes',
    ...known.recorded,
  },
  settingRefused: {
    is: 'refused',
    says: 'DSQL does not take the setting {}',
    instead: leaveOut,
    ...known.recorded,
  },
  settingUnknown: {
    is: 'changed',
    says: 'the setting {} is not among those that DSQL is known to take',
    instead: leaveOut,
    ...known.documented,
  },
  maintenance: {
    is: 'changed',
    says: '{} is left out: DSQL looks after its storage by itself',
    instead: 'nothing is lost',
    ...known.recorded,
  },
  manyChanges: {
    is: 'refused',
    says: 'a transaction of DSQL holds one schema change, and no rows beside it ({})',
    instead:
      'take BEGIN and COMMIT out of the file: each statement is then a transaction of its own, and the journal knows where to go on',
    ...known.recorded,
  },
  openBlock: {
    is: 'refused',
    says: 'a transaction is begun and never ended',
    instead: 'write COMMIT, or take BEGIN out of the file',
    ...known.recorded,
  },
  rolledBack: {
    is: 'changed',
    says: 'a transaction that the file rolls back itself is left out',
    instead: leaveOut,
    ...known.recorded,
  },
  rowLimit: {
    is: 'refused',
    says: 'a transaction of DSQL changes at most 3,000 rows; this statement has {}',
    instead: 'write several statements',
    ...known.recorded,
  },
  rowParts: {
    is: 'changed',
    says: 'a transaction of DSQL changes at most 3,000 rows: the {} of this statement are inserted in parts',
    instead: 'a default that tells the time tells another for each part',
    ...known.recorded,
  },
  indexName: {
    is: 'changed',
    says: 'ALTER INDEX may be refused by DSQL ({})',
    instead: 'map the index in the schema to the name that it has',
    ...known.linted,
  },
  unreadable: {
    is: 'refused',
    says: 'the file cannot be read: {}',
    instead: 'correct the file',
    ...known.recorded,
  },
  unparsed: {
    is: 'changed',
    says: "PostgreSQL's parser cannot read this statement; DSQL is sent it as it is",
    instead: 'look for a mistake in it',
    ...known.documented,
  },
} as const satisfies Record<string, Rule>
