/** The roles that an application needs, by name; a name is data and may hold any character that PostgreSQL takes. */
export type RoleManifest<Name extends string = string> = Readonly<Record<Name, RoleDeclaration<Name>>>

/** One declared role: it is created when absent and brought to what is said here; nothing else about it is touched. */
export interface RoleDeclaration<Name extends string = string> {
  /** May this role open connections? Default `true`; `false` makes a group role. */
  readonly login?: boolean
  /** ARNs of the IAM roles and users that may log in as this role. On RDS, where IAM policies name them, one is enough. */
  readonly iam?: readonly string[]
  /** Roles whose privileges this role inherits: declared ones, or ones that the database has. */
  readonly memberOf?: readonly (NoInfer<Name> | OtherName)[]
  /** What this role may do. */
  readonly grants?: readonly GrantDeclaration[]
  /** The most connections that this role may hold at once; `-1` for no limit. Left as it is when absent. */
  readonly connectionLimit?: number
  /** This role shall not be there any more: what it holds is revoked and it is dropped. Stands alone. */
  readonly absent?: true
}

/** A name that is not declared here; kept apart, so that an editor proposes the declared ones. */
type OtherName = string & Record<never, never>

/** Privileges on objects of one schema; `USAGE` on the schema itself comes with every grant but `none`. */
export interface GrantDeclaration {
  /** Default: the schema of the connection (`?schema=` of the URL), else `public`. */
  readonly schema?: string
  /** Tables and views by name, or `'*'` for all that exist when the roles are applied, Prisma's own bookkeeping excepted. */
  readonly tables?: '*' | readonly string[]
  /** Models of the Prisma schema, or `'*'` for all: the tables that they map to, and those that join two of them. */
  readonly models?: '*' | readonly string[]
  /** Sequences by name or `'*'`. When absent, a preset covers the sequences that number the granted tables. */
  readonly sequences?: '*' | readonly string[]
  /**
   * Functions and procedures, as `name(type, type)`, or by the name alone where only one has it; `'*'` for all.
   * PostgreSQL lets everybody execute a new function until that is revoked from PUBLIC.
   */
  readonly functions?: '*' | readonly string[]
  /**
   * Also what the admin makes later, by default privileges: `'*'` then has no gap between a migration and the roles.
   * Default `false`.
   */
  readonly future?: boolean
  /** Only these columns of the named tables. */
  readonly columns?: readonly string[]
  /** A preset, or privileges by name, each applied to the named kinds of objects that know it. */
  readonly privileges: PrivilegePreset | readonly Privilege[]
}

/** `none` takes away what the role holds on the named objects and wins over the role's other grants. */
export type PrivilegePreset = 'readonly' | 'readwrite' | 'none'

/** PostgreSQL's names. `MAINTAIN` needs PostgreSQL 17. */
export type Privilege =
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'TRUNCATE'
  | 'REFERENCES'
  | 'TRIGGER'
  | 'MAINTAIN'
  | 'USAGE'
  | 'CREATE'
  | 'EXECUTE'
