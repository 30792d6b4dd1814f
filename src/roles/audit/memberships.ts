import { membershipMends } from '../diff-membership.ts'
import type { RoleManifest } from '../manifest.ts'
import { shown } from '../statement.ts'
import type { Survey } from '../survey.ts'
import { isAdmin, isSystemRole } from '../visible.ts'
import type { Danger, Finding } from './finding.ts'

/** Memberships of declared roles beyond their declaration, and of anybody else in roles with power of their own. */
export function extraMemberships(manifest: RoleManifest, survey: Survey): Finding[] {
  return survey.memberships.flatMap((edge) => {
    const { member, role } = edge
    const person = survey.roles.get(member)
    if (person === undefined || isSystemRole(person) || isAdmin(survey, member)) return []
    const declared = Object.hasOwn(manifest, member) ? manifest[member] : undefined
    if (declared === undefined && powers[role] === undefined) return []
    if (declared?.memberOf?.includes(role)) return []
    if (role === 'rds_iam' && (declared?.iam ?? []).length > 0) return []
    const [danger, gain] = powers[role] ?? (['medium', 'may do what that role may do'] as const)
    return [
      {
        kind: powers[role] === undefined || role === 'rds_iam' ? 'extra' : 'power',
        danger,
        role: member,
        object: `membership in ${shown(role)}`,
        sentence: `${shown(member)} is a member of ${shown(role)}: ${gain}`,
        sql: membershipMends(edge, survey),
      },
    ]
  })
}

/** What membership in roles of PostgreSQL 15 to 18 and of RDS gives (their manuals, read 2026-11). */
const powers: Readonly<Record<string, readonly [Danger, string]>> = {
  rds_superuser: ['high', 'nearly a superuser'],
  rdsadmin: ['high', "AWS's own superuser"],
  rds_replication: ['high', 'reads every change of every table'],
  rds_password: ['medium', 'may change passwords'],
  rds_iam: ['medium', 'may log in by IAM'],
  pg_read_all_data: ['high', 'reads every table of every schema'],
  pg_write_all_data: ['high', 'writes every table of every schema'],
  pg_read_server_files: ['high', 'reads files of the server'],
  pg_write_server_files: ['high', 'writes files of the server'],
  pg_execute_server_program: ['high', 'runs programs on the server'],
  pg_signal_backend: ['medium', 'may end the sessions of others'],
  pg_create_subscription: ['medium', 'may replicate from elsewhere'],
  pg_maintain: ['medium', 'may lock and rewrite every table'],
  pg_monitor: ['low', 'sees the queries of others'],
  pg_read_all_stats: ['low', 'sees the queries of others'],
  pg_read_all_settings: ['low', 'sees every setting'],
  pg_stat_scan_tables: ['low', 'may run slow checks of tables'],
  pg_checkpoint: ['low', 'may ask for checkpoints'],
  pg_use_reserved_connections: ['low', 'takes the connections that are kept for admins'],
  pg_signal_autovacuum_worker: ['low', 'may end the work of autovacuum'],
}
