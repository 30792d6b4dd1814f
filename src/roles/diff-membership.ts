import type { Catalog, CatalogMembership } from './catalog.ts'
import { inheritedRoles } from './inherited.ts'
import type { RoleManifest } from './manifest.ts'
import type { Membership } from './membership.ts'
import type { RoleServer } from './server.ts'
import { alterInherit, grantMembership, type RoleStatement, revokeMembership } from './statement.ts'

/** The memberships that are wanted and give nothing yet; `exists` where there is one that does not inherit. */
export function missingMemberships(manifest: RoleManifest, catalog: Catalog, server: RoleServer): MissingMembership[] {
  const actual = new Map(catalog.memberships.map((edge) => [keyOf(edge), edge.inherits]))
  return wantedMemberships(manifest, server)
    .filter((edge) => actual.get(keyOf(edge)) !== true)
    .map((edge) => ({ ...edge, exists: actual.has(keyOf(edge)) }))
}

type MissingMembership = Membership & { readonly exists: boolean }

/** What gives the memberships that are missing; those of a role that is NOINHERIT would give nothing by themselves. */
export function membershipStatements(
  missing: readonly MissingMembership[],
  { session, roles }: Catalog,
): RoleStatement[] {
  const isIdle = ({ member }: Membership) => roles.get(member)?.inherit === false
  if (session.version >= perMembership) {
    return missing.map((edge) => grantMembership({ ...edge, restate: edge.exists || isIdle(edge) }))
  }
  const idle = new Set(missing.filter(isIdle).map(({ member }) => member))
  return [
    ...[...idle].map(alterInherit),
    ...missing.filter(({ exists }) => !exists).map((edge) => grantMembership({ ...edge, restate: false })),
  ]
}

/**
 * What takes a membership away from each who granted it. Since PostgreSQL 16 REVOKE means a grant of one's own unless
 * another grantor is named, passes over one that is not there, and names only whose privileges one has.
 */
export function membershipRevocations(edge: CatalogMembership, catalog: Catalog): RoleStatement[] {
  if (catalog.session.version < perMembership) return [revokeMembership(edge)]
  return grantorsOf(edge, catalog).takeable.map((grantor) => byGrantor(edge, grantor, catalog))
}

/** One statement for each grantor, be it this session's to run or not. */
export function membershipMends(edge: CatalogMembership, catalog: Catalog): string {
  if (catalog.session.version < perMembership) return revokeMembership(edge).sql
  return edge.grantors.map((grantor) => byGrantor(edge, grantor, catalog).sql).join('; ')
}

/** Whose grants of a membership this session may take back, and whose it may not. */
export function grantorsOf({ grantors }: CatalogMembership, catalog: Catalog): Record<'takeable' | 'others', string[]> {
  const { session, roles } = catalog
  if (session.version < perMembership || roles.get(session.creator)?.superuser) {
    return { takeable: [...grantors], others: [] }
  }
  const own = inheritedRoles(catalog)(session.creator)
  return {
    takeable: grantors.filter((grantor) => own.has(grantor)),
    others: grantors.filter((grantor) => !own.has(grantor)),
  }
}

/** From this version on each membership has a grantor of its own, and says for itself whether it inherits. */
const perMembership = 160000

function byGrantor(edge: Membership, grantor: string, { session }: Catalog): RoleStatement {
  return revokeMembership({ ...edge, ...(grantor === session.creator ? {} : { grantor }) })
}

/** The memberships that declared roles have beyond what is declared, of those that give anything. */
export function surplusMemberships(manifest: RoleManifest, catalog: Catalog, server: RoleServer): CatalogMembership[] {
  const wanted = new Set(wantedMemberships(manifest, server).map(keyOf))
  return catalog.memberships.filter((edge) => {
    const declared = Object.hasOwn(manifest, edge.member) ? manifest[edge.member] : undefined
    return edge.usable && declared !== undefined && !declared.absent && !wanted.has(keyOf(edge))
  })
}

function wantedMemberships(manifest: RoleManifest, server: RoleServer): Membership[] {
  return Object.entries(manifest).flatMap(([member, { memberOf = [], iam = [] }]) => {
    const attached = server.iam === 'rds_iam' && iam.length > 0 ? ['rds_iam'] : []
    return [...new Set([...memberOf, ...attached])].map((role) => ({ member, role }))
  })
}

// NUL is the one character that no PostgreSQL name can hold.
function keyOf({ member, role }: Membership): string {
  return `${member}\0${role}`
}

/** Who may log in as which role. */
export interface Mapping {
  readonly role: string
  readonly arn: string
}

/** The declared ARNs that may not log in yet. */
export function missingArns(manifest: RoleManifest, { arns }: Catalog): Mapping[] {
  return Object.entries(manifest).flatMap(([role, { iam = [] }]) =>
    [...new Set(iam)].filter((arn) => !arns.get(role)?.has(arn)).map((arn) => ({ role, arn })),
  )
}

/** The ARNs that may log in as a declared role and are not declared, those of roles that shall go included. */
export function surplusArns(manifest: RoleManifest, { arns }: Catalog): Mapping[] {
  return Object.entries(manifest).flatMap(([role, { iam = [] }]) =>
    [...(arns.get(role) ?? [])].filter((arn) => !iam.includes(arn)).map((arn) => ({ role, arn })),
  )
}
