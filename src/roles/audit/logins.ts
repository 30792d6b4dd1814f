import { identifier } from '../../sql/quote.ts'
import type { CatalogRole } from '../catalog.ts'
import { membershipStatements, missingMemberships } from '../diff-membership.ts'
import type { RoleDeclaration, RoleManifest } from '../manifest.ts'
import { findPath } from '../membership.ts'
import type { RoleServer } from '../server.ts'
import { revokeArn, shown } from '../statement.ts'
import type { Survey } from '../survey.ts'
import { isAdmin, isSystemRole } from '../visible.ts'
import type { Finding } from './finding.ts'
import { attributesOf } from './power.ts'

/** Who may log in: roles that nobody declared, and declared ones whose way in is not the declared one. */
export function loginFindings(manifest: RoleManifest, survey: Survey, server: RoleServer): Finding[] {
  const others = [...survey.roles.values()].filter((role) => !isSystemRole(role) && !isAdmin(survey, role.name))
  return others.flatMap((role) => {
    const declared = Object.hasOwn(manifest, role.name) ? manifest[role.name] : undefined
    if (declared !== undefined) return declaredLogin(role.name, declared, survey, server)
    return role.login ? [undeclaredLogin(role, survey)] : []
  })
}

function undeclaredLogin(role: CatalogRole, survey: Survey): Finding {
  const { name } = role
  const ways = [
    ...(findPath(
      survey.memberships.filter(({ inherits }) => inherits),
      name,
      'rds_iam',
    )
      ? ['by IAM']
      : []),
    ...[...(survey.arns.get(name) ?? [])].map((arn) => `as ${arn}`),
    ...(survey.passwords?.has(name) ? ['by password'] : []),
  ]
  return {
    kind: 'undeclared-login',
    danger: attributesOf(role).length > 0 ? 'high' : 'medium',
    role: name,
    object: `role ${shown(name)}`,
    sentence: `${shown(name)} may log in${ways.length > 0 ? ` ${ways.join(', ')}` : ''}, and nobody declared it`,
    sql: `ALTER ROLE ${identifier(name)} NOLOGIN`,
  }
}

function declaredLogin(name: string, declared: RoleDeclaration, survey: Survey, server: RoleServer): Finding[] {
  const { iam = [] } = declared
  const object = `role ${shown(name)}`
  const findings: Finding[] = []
  const byIam = findPath(
    survey.memberships.filter(({ inherits }) => inherits),
    name,
    'rds_iam',
  )
  if (server.iam === 'rds_iam' && iam.length > 0 && byIam === undefined) {
    const missing = missingMemberships({ [name]: { iam } }, survey, server)
    findings.push({
      kind: 'iam',
      danger: 'medium',
      role: name,
      object,
      sentence: `${shown(name)} is declared with IAM, but does not inherit rds_iam: AWS asks it for a password`,
      sql: membershipStatements(missing, survey)
        .map(({ sql }) => sql)
        .join('; '),
    })
  }
  if (iam.length > 0 && survey.passwords?.has(name)) {
    findings.push({
      kind: 'password',
      danger: 'low',
      role: name,
      object,
      sentence: `${shown(name)} has a password beside IAM, which opens again when it leaves rds_iam`,
      sql: `ALTER ROLE ${identifier(name)} PASSWORD NULL`,
    })
  }
  return [...findings, ...undeclaredArns(name, iam, survey.arns.get(name) ?? new Set())]
}

function undeclaredArns(name: string, declared: readonly string[], actual: ReadonlySet<string>): Finding[] {
  return [...actual]
    .filter((arn) => !declared.includes(arn))
    .map((arn) => ({
      kind: 'extra',
      danger: 'high',
      role: name,
      object: `role ${shown(name)}`,
      sentence: `${arn} may log in as ${shown(name)}, which is not declared`,
      sql: revokeArn(name, arn).sql,
    }))
}
