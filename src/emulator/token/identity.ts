/** One right that an identity's policy gives; what is not listed is refused. */
export type Allow =
  /** RDS and Aurora: log in as this database user (exact case), or as anyone with `*`. */
  | { action: 'rds-db:connect'; user: string }
  /** DSQL: log in as any role but `admin`; which role is decided by the cluster's own mapping. */
  | { action: 'dsql:DbConnect' }
  /** DSQL: log in as `admin`. */
  | { action: 'dsql:DbConnectAdmin' }

/** An AWS principal that the emulator knows: its keys, its name, and what its policy allows. */
export interface Identity {
  accessKeyId: string
  secretAccessKey: string
  /** Temporary credentials have one, and a token must then carry exactly it; long-lived keys have none. */
  sessionToken?: string
  /** The IAM ARN, named in refusals and in `AWS IAM GRANT … TO`. */
  arn: string
  allow: readonly Allow[]
}
