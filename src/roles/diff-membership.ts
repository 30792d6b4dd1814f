import type { Catalog, CatalogMembership } from './catalog.ts'
import type { RoleManifest } from './manifest.ts'
import type { Membership } from './membership.ts'
import type { RoleServer } from './server.ts'

/** The memberships that are wanted and give nothing yet; `restate` where one exists that does not inherit. */
export function missingMemberships(
  manifest: RoleManifest,
  catalog: Catalog,
  server: RoleServer,
): (Membership & { restate: boolean })[] {
  const actual = new Map(catalog.memberships.map((edge) => [keyOf(edge), edge.inherits]))
  return wantedMemberships(manifest, server)
    .filter((edge) => actual.get(keyOf(edge)) !== true)
    .map((edge) => ({ ...edge, restate: actual.has(keyOf(edge)) }))
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
