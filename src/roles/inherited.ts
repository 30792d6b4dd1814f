import type { Catalog } from './catalog.ts'

/** PostgreSQL's group whose one member is the owner of the database; no catalog lists that membership. */
const databaseOwner = 'pg_database_owner'

/** The roles whose privileges each role uses without SET ROLE, itself included. */
export function inheritedRoles({
  memberships,
  objects,
}: Pick<Catalog, 'memberships' | 'objects'>): (role: string) => ReadonlySet<string> {
  const parents = new Map<string, string[]>()
  const add = (member: string, role: string) => parents.set(member, [...(parents.get(member) ?? []), role])
  for (const { member, role, inherits } of memberships) if (inherits) add(member, role)
  for (const { kind, owner } of objects) if (kind === 'database') add(owner, databaseOwner)

  const known = new Map<string, ReadonlySet<string>>()
  return (role) => {
    const reached = known.get(role) ?? closure(role, parents)
    known.set(role, reached)
    return reached
  }
}

function closure(role: string, parents: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set([role])
  for (const one of reached) for (const parent of parents.get(one) ?? []) reached.add(parent)
  return reached
}
