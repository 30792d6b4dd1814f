import { heldAccess } from './access.ts'
import type { Catalog } from './catalog.ts'
import { privilegeStatements } from './diff-access.ts'
import type { RoleManifest } from './manifest.ts'
import type { Membership } from './membership.ts'
import { grantablePlaces } from './places.ts'
import type { RoleServer } from './server.ts'
import {
  alterConnectionLimit,
  alterLogin,
  createRole,
  grantArn,
  grantMembership,
  type RoleStatement,
  shown,
} from './statement.ts'
import { surplusNotices } from './surplus.ts'
import type { WantedAccess } from './wanted.ts'

/** What has to be run so that the database holds what is declared, in an order that works, and what is left alone. */
export interface RoleDifference {
  readonly statements: readonly RoleStatement[]
  readonly notices: readonly string[]
}

/** Declared minus actual; pure. Whatever the declaration does not speak of stays. */
export function diffRoles(
  manifest: RoleManifest,
  access: WantedAccess,
  catalog: Catalog,
  server: RoleServer,
): RoleDifference {
  const held = heldAccess(catalog.held, catalog.objects)
  const privileges = privilegeStatements(access, held, grantablePlaces(catalog, server))
  return {
    statements: [
      ...attributes(manifest, catalog),
      ...privileges.revoked,
      ...missingMemberships(manifest, catalog, server).map(grantMembership),
      ...(server.iam === 'aws-iam' ? missingArns(manifest, catalog) : []),
      ...privileges.granted,
    ],
    notices: [...attachmentNotices(manifest, server), ...surplusNotices(access, held)],
  }
}

function attributes(manifest: RoleManifest, catalog: Catalog): RoleStatement[] {
  return Object.entries(manifest).flatMap(([name, declared]) => {
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

/** The memberships that are wanted and give nothing yet; `restate` where one exists that does not inherit. */
export function missingMemberships(
  manifest: RoleManifest,
  catalog: Catalog,
  server: RoleServer,
): (Membership & { restate: boolean })[] {
  const actual = new Map(catalog.memberships.map((edge) => [keyOf(edge), edge.inherits]))
  return Object.entries(manifest)
    .flatMap(([member, { memberOf = [], iam = [] }]) => {
      const attached = server.iam === 'rds_iam' && iam.length > 0 ? ['rds_iam'] : []
      return [...new Set([...memberOf, ...attached])].map((role) => ({ member, role }))
    })
    .filter((edge) => actual.get(keyOf(edge)) !== true)
    .map((edge) => ({ ...edge, restate: actual.has(keyOf(edge)) }))
}

// NUL is the one character that no PostgreSQL name can hold.
function keyOf({ member, role }: Membership): string {
  return `${member}\0${role}`
}

function missingArns(manifest: RoleManifest, catalog: Catalog): RoleStatement[] {
  return Object.entries(manifest).flatMap(([name, { iam = [] }]) =>
    [...new Set(iam)].filter((arn) => !catalog.arns.get(name)?.has(arn)).map((arn) => grantArn(name, arn)),
  )
}

function attachmentNotices(manifest: RoleManifest, server: RoleServer): string[] {
  if (server.iam !== 'none') return []
  const skipped = Object.entries(manifest).filter(([, { iam = [] }]) => iam.length > 0)
  if (skipped.length === 0) return []
  return [`this server knows no IAM logins: ${skipped.map(([name]) => shown(name)).join(', ')} left without one`]
}
