import { catalogScript } from './catalog-sql.ts'
import { loadParser } from './parser.ts'

/** Runs one statement with parameters, or a script without, as a superuser of the cluster's database. */
export type Query = (sql: string, params?: readonly unknown[]) => Promise<Record<string, unknown>[]>

/** What a DSQL cluster keeps beside PostgreSQL's own catalog: the `sys` schema and who may log in as which role. */
export interface DsqlCatalog {
  /** The roles that an IAM ARN was given by `AWS IAM GRANT`, sorted. `admin` is never among them. */
  mappedRoles(arn: string): Promise<string[]>
  /** Whether an IAM ARN may log in as this role: it is mapped, and the role has LOGIN. */
  isMapped(arn: string, role: string): Promise<boolean>
}

/**
 * Makes the database that `query` speaks to into a DSQL cluster's: role `admin` (no superuser) as its owner, schema
 * `sys`, `version()`. Needs PostgreSQL 16 and a superuser. Repeatable.
 */
export async function prepareDsqlCatalog(query: Query): Promise<DsqlCatalog> {
  await loadParser()
  await query(catalogScript)
  const mapped = async (arn: string): Promise<Record<string, unknown>[]> =>
    query('SELECT pg_role_name FROM sys.iam_pg_role_mappings WHERE arn = $1 ORDER BY pg_role_name', [arn])
  return {
    async mappedRoles(arn) {
      return (await mapped(arn)).map((row) => String(row.pg_role_name))
    },
    async isMapped(arn, role) {
      const rows = await query(
        `SELECT FROM sys.iam_pg_role_mappings m JOIN pg_catalog.pg_roles r ON r.oid = m.pg_role_oid
         WHERE m.arn = $1 AND m.pg_role_name = $2 AND r.rolcanlogin`,
        [arn, role],
      )
      return rows.length > 0
    },
  }
}
