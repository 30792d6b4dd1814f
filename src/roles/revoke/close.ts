import type { CatalogRole } from '../catalog.ts'
import { membershipRevocations } from '../diff-membership.ts'
import type { RoleServer } from '../server.ts'
import { alterLogin, type RoleStatement, revokeArn } from '../statement.ts'
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
  const byIam = survey.memberships.filter(({ member, role }) => member === name && role === 'rds_iam')
  return [
    ...(target.login ? [alterLogin(name, false)] : []),
    // A refused REVOKE would leave the door open: what somebody else granted is told afterwards.
    ...byIam.flatMap((edge) => membershipRevocations(edge, survey)),
  ]
}
