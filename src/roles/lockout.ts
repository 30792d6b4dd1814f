import { PrismaIamError } from '../errors.ts'
import { identifier } from '../sql/quote.ts'
import type { Catalog } from './catalog.ts'
import { missingMemberships } from './diff-membership.ts'
import type { RoleManifest } from './manifest.ts'
import { findPath, type Membership } from './membership.ts'
import type { RoleServer } from './server.ts'
import { shown } from './statement.ts'

/**
 * On RDS and Aurora a role that inherits `rds_iam`, by however many steps, can no longer log in by password.
 * Membership without INHERIT, which PostgreSQL 16 gives every creator of a role, does no harm.
 *
 * @throws PrismaIamError `PRISMA_IAM_ROLES_LOCKOUT` when the declared changes would do this to who is logged in now.
 */
export function refuseLockout(manifest: RoleManifest, catalog: Catalog, server: RoleServer): void {
  if (server.iam !== 'rds_iam') return
  const { login } = catalog.session
  const before = catalog.memberships.filter(({ inherits }) => inherits)
  if (findPath(before, login, 'rds_iam') !== undefined) return
  const declared = missingMemberships(manifest, catalog, server)
  const created = creatorMemberships(manifest, catalog)
  const path = findPath([...before, ...declared, ...created], login, 'rds_iam')
  if (path === undefined) return
  throw new PrismaIamError(
    'PRISMA_IAM_ROLES_LOCKOUT',
    `The declared roles would make ${shown(login)}, who is logged in now, a member of rds_iam (${path.map(shown).join(' → ')}). AWS would then refuse its password.`,
    { hint: wayOut(path, before, created) },
  )
}

function wayOut(
  [login = '', next = '']: readonly string[],
  before: readonly Membership[],
  created: readonly Membership[],
): string {
  const isFirstStep = ({ member, role }: Membership) => member === login && role === next
  if (created.some(isFirstStep)) return `Take inherit out of createrole_self_grant of ${shown(login)}.`
  if (!before.some(isFirstStep)) {
    return `Leave ${shown(login)} out of it, or run this as an admin who logs in by IAM already.`
  }
  const [from, to] = [identifier(next), identifier(login)]
  return `As who granted it, first REVOKE ${from} FROM ${to}, or on PostgreSQL 16 and later GRANT ${from} TO ${to} WITH INHERIT FALSE.`
}

/** With `createrole_self_grant` set to inherit (PostgreSQL 16), every new role is inherited by who creates it. */
function creatorMemberships(manifest: RoleManifest, { session, roles }: Catalog): Membership[] {
  const { creator, selfGrant } = session
  if (!selfGrant.includes('inherit') || roles.get(creator)?.superuser) return []
  const created = Object.keys(manifest).filter((name) => !roles.has(name))
  return created.map((role) => ({ member: creator, role }))
}
