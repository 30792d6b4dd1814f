import { randomBytes } from 'node:crypto'
import type { Query } from './gate.ts'

/** The master user, as it was chosen when the instance was made. */
export interface MasterOptions {
  user: string
  /** `iam` makes the master a member of `rds_iam`, so that it logs in by token like everyone in it. */
  auth: 'iam' | 'password'
  /** The first database, owned by the master. */
  database: string
}

/**
 * Gives a PostgreSQL the roles of RDS; repeatable.
 *
 * @returns the master's new password, when it logs in by one
 */
export async function prepareRdsRoles(query: Query, master: MasterOptions): Promise<string | undefined> {
  const [server] = await query(`SELECT current_setting('server_version_num')::int / 10000 AS major`)
  const major = Number(server?.major)
  for (const role of rdsRoles) await ensureRole(query, role, 'NOLOGIN')
  await query('GRANT rds_replication, rds_password, pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION')

  const name = quote(master.user)
  // "Understanding the rds_superuser role": the master is no superuser.
  await ensureRole(query, master.user, 'LOGIN CREATEDB CREATEROLE INHERIT NOREPLICATION NOSUPERUSER')
  await query(`GRANT rds_superuser TO ${name} WITH ADMIN OPTION`)
  await query(membershipSql(name, master.auth, major))

  const [existing] = await query('SELECT 1 FROM pg_database WHERE datname = $1', [master.database])
  if (!existing) await query(`CREATE DATABASE ${quote(master.database)}`)
  for (const database of new Set(['postgres', master.database])) {
    await query(`ALTER DATABASE ${quote(database)} OWNER TO ${name}`)
  }
  return setPassword(query, name, master.auth)
}

const rdsRoles = ['rds_superuser', 'rds_iam', 'rds_password', 'rds_replication']

async function ensureRole(query: Query, role: string, attributes: string): Promise<void> {
  const [existing] = await query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])
  if (!existing) await query(`CREATE ROLE ${quote(role)} ${attributes}`)
}

/**
 * The master grants `rds_iam` to others. From PostgreSQL 16 on that takes the ADMIN option, which a master with a
 * password must hold without inheriting: an inherited membership would take it the password login.
 */
function membershipSql(name: string, auth: MasterOptions['auth'], major: number): string {
  if (major >= 16) return `GRANT rds_iam TO ${name} WITH ADMIN TRUE, INHERIT ${auth === 'iam'}, SET FALSE`
  return auth === 'iam' ? `GRANT rds_iam TO ${name} WITH ADMIN OPTION` : `REVOKE rds_iam FROM ${name}`
}

async function setPassword(query: Query, name: string, auth: MasterOptions['auth']): Promise<string | undefined> {
  const password = auth === 'password' ? randomBytes(18).toString('base64url') : undefined
  // Base64url holds no quote.
  await query(`ALTER ROLE ${name} PASSWORD ${password === undefined ? 'NULL' : `'${password}'`}`)
  return password
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
