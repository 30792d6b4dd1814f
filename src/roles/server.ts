/** What this room needs of a database client; `pg.Client` fits. */
export interface SqlClient {
  query<Row>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
}

/** How the services differ where roles are concerned. */
export interface RoleServer {
  /**
   * How an IAM identity is tied to a role: by membership in `rds_iam` (RDS, Aurora), by `AWS IAM GRANT` (Aurora DSQL),
   * or not at all (a plain PostgreSQL, where attachments are skipped with a notice).
   */
  readonly iam: 'rds_iam' | 'aws-iam' | 'none'
  /** May several role statements share a transaction? Aurora DSQL takes one DDL statement per transaction. */
  readonly transactionalDdl: boolean
  /** Is `public` closed to GRANT and REVOKE? On Aurora DSQL it is, and everybody may use it. */
  readonly publicSchemaIsSystem: boolean
  /** Must ALTER DEFAULT PRIVILEGES be tried before it is relied on? Default `false`. */
  readonly defaultPrivilegesUnproven?: boolean
  /** Must it be tried whether `pg_proc`, `pg_database` and `pg_shdepend` can be read? Default `false`. */
  readonly catalogsUnproven?: boolean
  /** Is a change of roles an error once in sessions that others have open (Aurora DSQL: 40001, OC001)? Default `false`. */
  readonly catalogChangesConflict?: boolean
  /** The schema that a grant means which names none. Default `public`. */
  readonly schema?: string | undefined
}
