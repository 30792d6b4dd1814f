import { type AccessTable, heldAccess } from './access.ts'
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
  /** Held by grants that only their grantors can take back. */
  readonly foreign: readonly ForeignGrant[]
}

/** Sets the declared grants against the catalogs; pure. */
export function compareAccess(manifest: RoleManifest, catalog: Catalog, server: RoleServer): Comparison {
  const wanted = wantedAccess(manifest, catalog, server)
  const names = new Set(Object.keys(manifest))
  const held = heldAccess(catalog, names)
  const surplus = surplusAccess(wanted, held).filter(({ role }) => !manifest[role]?.absent)
  return { wanted, held, surplus, foreign: foreignGrants(catalog, names) }
}
