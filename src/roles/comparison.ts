import { AccessTable, heldAccess } from './access.ts'
import type { Catalog } from './catalog.ts'
import type { Lack } from './diff-access.ts'
import { type ForeignGrant, foreignGrants } from './foreign.ts'
import type { RoleManifest } from './manifest.ts'
import type { RoleServer } from './server.ts'
import { surplusAccess } from './surplus.ts'
import { type WantedAccess, wantedAccess } from './wanted.ts'

/** What the declared roles shall have beside what they have. */
export interface Comparison {
  readonly wanted: WantedAccess
  readonly held: AccessTable
  /** Held beyond the declaration, by roles that shall stay. */
  readonly surplus: readonly Lack[]
  /** Held WITH GRANT OPTION, by roles that shall stay: nothing is declared to be handed on. */
  readonly grantable: readonly Lack[]
  /** Held by grants that only their grantors can take back. */
  readonly foreign: readonly ForeignGrant[]
}

/** Sets the declared grants against the catalogs; pure. */
export function compareAccess(manifest: RoleManifest, catalog: Catalog, server: RoleServer): Comparison {
  const wanted = wantedAccess(manifest, catalog, server)
  const names = new Set(Object.keys(manifest))
  const held = heldAccess(catalog, names)
  const surplus = surplusAccess(wanted, held).filter(({ role }) => !manifest[role]?.absent)
  const grantable = heldAccess(catalog, names, 'grantable').collect((role, object, column, privileges) => {
    if (object.owner === role || manifest[role]?.absent || wanted.denied.has(role, object)) return undefined
    return { role, object, column, privileges: [...privileges] }
  })
  return { wanted, held, surplus, grantable: staying(grantable, surplus), foreign: foreignGrants(catalog, names) }
}

/** What goes as a whole takes its grant option along. */
function staying(grantable: readonly Lack[], surplus: readonly Lack[]): Lack[] {
  if (grantable.length === 0) return []
  const going = new AccessTable([])
  for (const { role, object, column, privileges } of surplus) going.add(role, object, column, new Set(privileges))
  return grantable
    .map((entry) => {
      const gone = going.get(entry.role, entry.object, entry.column)
      return { ...entry, privileges: entry.privileges.filter((privilege) => !gone.has(privilege)) }
    })
    .filter(({ privileges }) => privileges.length > 0)
}
