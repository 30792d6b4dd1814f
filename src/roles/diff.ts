import type { Catalog, CatalogMembership } from './catalog.ts'
import type { Comparison } from './comparison.ts'
import { optionRevocations, privilegeStatements } from './diff-access.ts'
import {
  grantorsOf,
  membershipRevocations,
  membershipStatements,
  missingArns,
  missingMemberships,
  surplusArns,
  surplusMemberships,
} from './diff-membership.ts'
import { bySource, foreignWords } from './foreign.ts'
import type { RoleManifest } from './manifest.ts'
import { grantablePlaces } from './places.ts'
import type { RoleServer } from './server.ts'
import {
  alterConnectionLimit,
  alterLogin,
  createRole,
  dropRole,
  grantArn,
  type RoleStatement,
  revokeArn,
  shown,
} from './statement.ts'
import { surplusNotices } from './surplus.ts'

/** What has to be run so that the database holds what is declared, in an order that works, and what is left alone. */
export interface RoleDifference {
  readonly statements: readonly RoleStatement[]
  readonly notices: readonly string[]
}

/**
 * Declared minus actual; pure. Whatever the declaration does not speak of stays, with a notice; `prune` takes from the
 * declared roles what they hold beyond it.
 */
export function diffRoles(
  manifest: RoleManifest,
  { wanted, held, surplus: beyondDeclaration, grantable, foreign }: Comparison,
  catalog: Catalog,
  server: RoleServer,
  prune = false,
): RoleDifference {
  const leaving = new Set(Object.keys(manifest).filter((name) => manifest[name]?.absent && catalog.roles.has(name)))
  const surplus = {
    // CONNECT may be what a role lives by where PUBLIC has lost it.
    access: beyondDeclaration.filter(({ object }) => object.kind !== 'database'),
    memberships: surplusMemberships(manifest, catalog, server),
    arns: surplusArns(manifest, catalog),
  }
  const { takeable, kept } = bySource(surplus.access, foreign, catalog)
  const privileges = privilegeStatements(wanted, held, {
    places: grantablePlaces(catalog, server),
    surplus: prune ? takeable : [],
    leaving,
  })
  const shutOut = surplus.arns.filter(({ role }) => prune || leaving.has(role))
  return {
    statements: [
      // Logins end first; what a role holds keeps it from being dropped.
      ...shutOut.map(({ role, arn }) => revokeArn(role, arn)),
      ...(prune ? surplus.memberships.flatMap((edge) => membershipRevocations(edge, catalog)) : []),
      ...privileges.revoked,
      ...(prune ? optionRevocations(ownOptions(grantable, foreign)) : []),
      ...[...leaving].map(dropRole),
      ...attributes(manifest, catalog),
      ...membershipStatements(missingMemberships(manifest, catalog, server), catalog),
      ...(server.iam === 'aws-iam' ? missingArns(manifest, catalog).map(({ role, arn }) => grantArn(role, arn)) : []),
      ...privileges.granted,
    ],
    notices: [
      ...attachmentNotices(manifest, server),
      ...(prune
        ? [...foreignWords(kept), ...surplus.memberships.flatMap((edge) => keptMembership(edge, catalog))]
        : [
            ...surplusNotices({ ...surplus, arns: surplus.arns.filter(({ role }) => !leaving.has(role)) }),
            ...optionRevocations(grantable).map(
              ({ summary }) => `not declared, left as it is; --prune would ${summary}`,
            ),
          ]),
    ],
  }
}

/** Rights on the database are left alone; what somebody else gave is theirs to take back. */
function ownOptions(grantable: Comparison['grantable'], foreign: Comparison['foreign']): Comparison['grantable'] {
  return grantable.filter(
    ({ role, object, column }) =>
      object.kind !== 'database' &&
      !foreign.some((other) => other.role === role && other.object === object && other.column === column),
  )
}

/** A membership that stays though it is not declared, because somebody else gave it. */
function keptMembership(edge: CatalogMembership, catalog: Catalog): string[] {
  const { others } = grantorsOf(edge, catalog)
  if (others.length === 0) return []
  return [
    `${shown(edge.member)} stays a member of ${shown(edge.role)}, which ${others.map(shown).join(', ')} alone can end`,
  ]
}

function attributes(manifest: RoleManifest, catalog: Catalog): RoleStatement[] {
  return Object.entries(manifest).flatMap(([name, declared]) => {
    if (declared.absent) return []
    const actual = catalog.roles.get(name)
    if (actual === undefined) return [createRole(name, declared)]
    const { login = true, connectionLimit = actual.connectionLimit } = declared
    return [
      ...(login === actual.login ? [] : [alterLogin(name, login)]),
      ...(connectionLimit === actual.connectionLimit
        ? []
        : [alterConnectionLimit(name, actual.connectionLimit, connectionLimit)]),
    ]
  })
}

function attachmentNotices(manifest: RoleManifest, server: RoleServer): string[] {
  if (server.iam !== 'none') return []
  const skipped = Object.entries(manifest).filter(([, { iam = [] }]) => iam.length > 0)
  if (skipped.length === 0) return []
  return [`this server knows no IAM logins: ${skipped.map(([name]) => shown(name)).join(', ')} left without one`]
}
