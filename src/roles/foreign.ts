import { AccessTable, heldAccess } from './access.ts'
import type { Catalog, CatalogObject, HeldPrivileges } from './catalog.ts'
import { described } from './described.ts'
import type { Lack } from './diff-access.ts'
import { groupBy } from './group.ts'
import { shown } from './statement.ts'
import { revokePrivileges } from './statement-access.ts'

/** What a role holds by the grant of somebody who is neither the owner nor who asks. */
export interface ForeignGrant extends Lack {
  readonly grantor: string
}

/**
 * The grants that a REVOKE of the owner passes over without a word: PostgreSQL takes back only what the same role gave
 * (`GRANTED BY` must name who runs the statement).
 */
export function foreignGrants(catalog: Catalog, roles: ReadonlySet<string>): ForeignGrant[] {
  const byId = new Map(catalog.objects.map((object) => [object.id, object]))
  return catalog.held.flatMap((row) => {
    const { role, grantor, column } = row
    if (role === null || !roles.has(role)) return []
    return row.objects.flatMap((id) => {
      const object = byId.get(id)
      if (object === undefined || !isForeign(row, object, catalog)) return []
      return [{ role, grantor, column, object, privileges: [...row.privileges] }]
    })
  })
}

/** Of what is held beyond the declaration: what can be taken back, and what only its grantors can. */
export function bySource(
  surplus: readonly Lack[],
  foreign: readonly ForeignGrant[],
  catalog: Catalog,
): { takeable: readonly Lack[]; kept: ForeignGrant[] } {
  if (foreign.length === 0) return { takeable: surplus, kept: [] }
  const own = takeableAccess(catalog, new Set(surplus.map(({ role }) => role)))
  const beyond = new AccessTable(catalog.objects)
  for (const { role, object, column, privileges } of surplus) beyond.add(role, object, column, new Set(privileges))
  const within = <Entry extends Lack>(entries: readonly Entry[], table: AccessTable): Entry[] =>
    entries
      .map((entry) => {
        const limit = table.get(entry.role, entry.object, entry.column)
        return { ...entry, privileges: entry.privileges.filter((privilege) => limit.has(privilege)) }
      })
      .filter(({ privileges }) => privileges.length > 0)
  return { takeable: within(surplus, own), kept: within(foreign, beyond) }
}

function takeableAccess(catalog: Catalog, roles: ReadonlySet<string>): AccessTable {
  const byId = new Map(catalog.objects.map((object) => [object.id, object]))
  const held = catalog.held.map((row) => {
    const objects = row.objects.filter((id) => {
      const object = byId.get(id)
      return object !== undefined && !isForeign(row, object, catalog)
    })
    return { ...row, objects }
  })
  return heldAccess({ held, objects: catalog.objects }, roles)
}

function isForeign({ grantor }: HeldPrivileges, { owner }: CatalogObject, { session }: Catalog): boolean {
  return grantor !== owner && grantor !== session.creator
}

/** What they are, and what each grantor has to run: a sentence for each grantor, role and schema. */
export function foreignWords(grants: readonly ForeignGrant[]): string[] {
  const alike = groupBy(grants, ({ role, grantor, object, column, privileges }) =>
    [role, grantor, object.kind, object.schema, column ?? '', ...privileges].join('\0'),
  )
  return [...alike.values()].map((group) => {
    const [{ role, grantor, column, privileges }] = group
    const target = { objects: group.map(({ object }) => object), ...(column === null ? {} : { columns: [column] }) }
    const part = column === null ? '' : `column ${shown(column)} of `
    return `${shown(role)} holds ${privileges.join(', ')} on ${part}${described(target.objects)} by a grant of ${shown(grantor)}, who alone can take it back: as ${shown(grantor)}, ${revokePrivileges([role], privileges, target).sql}`
  })
}
