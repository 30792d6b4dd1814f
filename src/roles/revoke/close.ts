import type { CatalogRole } from '../catalog.ts'
import type { RoleServer } from '../server.ts'
import { alterLogin, type RoleStatement, revokeArn, revokeMembership } from '../statement.ts'
import type { Survey } from '../survey.ts'

/**
 * What makes a login impossible at once; nothing where it is already.
 *
 * On PostgreSQL that is NOLOGIN: a role that only leaves `rds_iam` would be asked for a password instead, and may have
 * one. On Aurora DSQL the mappings are the only way in, and whether ALTER ROLE works is not known.
 */
export function closingStatements(
  target: CatalogRole,
  survey: Survey,
  server: Pick<RoleServer, 'iam'>,
  arn: string | undefined,
): RoleStatement[] {
  const { name } = target
  if (server.iam === 'aws-iam') {
    const mapped = [...(survey.arns.get(name) ?? [])]
    return mapped.filter((known) => arn === undefined || known === arn).map((known) => revokeArn(name, known))
  }
  const byIam = survey.memberships.some(({ member, role }) => member === name && role === 'rds_iam')
  return [
    ...(target.login ? [alterLogin(name, false)] : []),
    ...(byIam ? [revokeMembership({ member: name, role: 'rds_iam' })] : []),
  ]
}
