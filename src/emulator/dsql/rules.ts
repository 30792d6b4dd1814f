import type { ServerError } from '../wire/messages.ts'

/** One refusal of DSQL: SQLSTATE, text (`{}` stands for a name), and where the text is known from. */
export interface Rule {
  code: string
  message: string
  source: string
}

// Where the texts are from. `recorded`: what one cluster answered. `reported`: told by users. `docs`: AWS's pages.
const recorded = 'recorded from a cluster, 2026-09-18'
const measured = 'measured on a cluster, 2026-08-28'
const docs = 'AWS documentation, 2026'
const unknown = 'text unknown; our own words'

/** What DSQL refuses. It grows monthly: a row is a fact with a date, easy to change. */
export const rules = {
  multipleDdl: { code: '0A000', message: 'multiple ddl statements not supported in a transaction', source: recorded },
  ddlAndDml: { code: '0A000', message: 'ddl and dml are not supported in the same transaction', source: recorded },
  savepoint: { code: '0A000', message: 'unsupported transaction statement: {}', source: recorded },
  isolation: { code: '0A000', message: 'Unsupported isolation level: {}', source: recorded },
  parameter: { code: '0A000', message: 'setting configuration parameter "{}" not supported', source: recorded },
  locking: {
    code: '0A000',
    message: 'locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported',
    source: recorded,
  },
  // The SQLSTATE is not in the reports; 0A000 is what every other missing feature has.
  function: { code: '0A000', message: 'function {} not supported', source: 'reported by users, 2026' },
  tablesample: { code: '0A000', message: 'TABLESAMPLE clause not supported', source: recorded },

  statement: { code: '0A000', message: 'unsupported statement: {}', source: recorded },
  merge: { code: '0A000', message: 'unsupported statement type: MERGE', source: recorded },
  vacuum: { code: '0A000', message: 'unsupported VACUUM statement', source: recorded },
  drop: { code: '0A000', message: 'unsupported object in DROP statement', source: recorded },
  rename: { code: '0A000', message: 'unsupported object in RENAME statement', source: recorded },
  feature: { code: '0A000', message: '{} not supported', source: recorded },
  procedure: { code: '0A000', message: 'PROCEDURE is not supported', source: measured },
  language: { code: '0A000', message: 'CREATE FUNCTION with language {} not supported', source: recorded },

  syncIndex: { code: '0A000', message: 'unsupported mode. please use CREATE INDEX ASYNC.', source: recorded },
  concurrently: { code: '0A000', message: 'CONCURRENTLY not supported for CREATE INDEX', source: measured },
  indexMethod: { code: '0A000', message: 'USING not supported for CREATE INDEX', source: measured },
  sortOrder: { code: '0A000', message: 'specifying sort order not supported for index keys', source: measured },
  opclass: { code: '0A000', message: 'opclass not supported for index keys', source: measured },

  createTable: { code: '0A000', message: '{} not supported for CREATE TABLE', source: recorded },
  datatype: { code: '0A000', message: 'datatype {} not supported', source: recorded },
  serial: { code: '42704', message: 'type "{}" does not exist', source: recorded },
  identityType: {
    code: '0A000',
    message: 'datatype {} not supported, identity column type must be bigint',
    source: recorded,
  },
  cache: {
    code: '0A000',
    message:
      '{} is not supported without an explicit cache size. please define CACHE greater than or equal to 65536 or equal to 1',
    source: recorded,
  },
  addColumn: { code: '0A000', message: 'ALTER TABLE ADD COLUMN with constraint not supported', source: recorded },
  dropKeyColumn: { code: '0A000', message: 'cannot drop primary key column {}', source: recorded },
  alterTable: { code: '0A000', message: 'unsupported ALTER TABLE {} statement', source: recorded },

  systemEntity: { code: '0A000', message: 'feature not supported on system entity', source: recorded },
  grantObject: { code: '0A000', message: 'unsupported object type in GRANT', source: recorded },
  // The SQLSTATEs of the rules on AWS IAM are not documented; these are PostgreSQL's for the like.
  iamPermission: { code: '42501', message: 'permission denied to grant IAM trust with role {}', source: docs },
  iamRole: { code: '42704', message: 'Role {} does not exist', source: docs },
  iamReserved: { code: '0A000', message: 'Role {} not supported', source: docs },
  iamLogin: { code: '22023', message: 'role {} must have the LOGIN attribute', source: docs },
  iamArn: { code: '22023', message: 'IAM role must look like an IAM ARN', source: docs },
  iamMissing: { code: '42704', message: 'IAM role {} does not exist', source: docs },
  iamDuplicate: { code: '42710', message: 'IAM role {} already exists', source: unknown },

  schemaChanged: {
    code: '40001',
    message: 'schema has been updated by another transaction (OC001)',
    source: 'recorded from a cluster, 2026-09-18',
  },
  rowLimit: { code: '54000', message: 'transaction row limit exceeded', source: recorded },
  sizeLimit: { code: '54000', message: 'transaction size limit 10mb exceeded', source: measured },
  ageLimit: { code: '54000', message: 'transaction age limit of 300s exceeded', source: measured },
  conflict: { code: '40001', message: 'change conflicts with another transaction (OC000)', source: recorded },
} as const satisfies Record<string, Rule>

/** The name of a rule. */
export type RuleName = keyof typeof rules

/** Fills a rule's text into what the server sends. */
export function refusal(name: RuleName, subject = ''): ServerError {
  const { code, message } = rules[name]
  return { code, message: message.replace('{}', () => subject) }
}
