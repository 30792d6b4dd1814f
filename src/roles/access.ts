import type { CatalogObject, HeldPrivileges } from './catalog.ts'
import { groupBy } from './group.ts'
import type { Privilege } from './manifest.ts'

/** Privileges by object, role and column (`null`: the object as a whole), each combination once. */
export class AccessTable {
  readonly #byObject = new Map<CatalogObject, Map<string, Access>>()

  /** Adds privileges to what the role has on the object. */
  add(role: string, object: CatalogObject, column: string | null, privileges: ReadonlySet<Privilege>): void {
    const entries = this.#byObject.get(object) ?? new Map<string, Access>()
    this.#byObject.set(object, entries)
    const known = entries.get(keyOf(role, column))?.privileges
    // Sets are shared, not copied: a hundred roles on two thousand tables hold the same few.
    const all = known === undefined || known === privileges ? privileges : new Set([...known, ...privileges])
    entries.set(keyOf(role, column), { role, object, column, privileges: all })
  }

  get(role: string, object: CatalogObject, column: string | null): ReadonlySet<Privilege> {
    return this.#byObject.get(object)?.get(keyOf(role, column))?.privileges ?? nothing
  }

  /** Is there an entry on the object as a whole, be it of no privileges? */
  has(role: string, object: CatalogObject): boolean {
    return this.#byObject.get(object)?.has(keyOf(role, null)) ?? false
  }

  /** Every entry. */
  *entries(): Iterable<Access> {
    for (const entries of this.#byObject.values()) yield* entries.values()
  }
}

/** One entry of an {@link AccessTable}. */
export interface Access {
  readonly role: string
  readonly object: CatalogObject
  readonly column: string | null
  readonly privileges: ReadonlySet<Privilege>
}

const nothing: ReadonlySet<Privilege> = new Set()

/** What the catalogs say is held, as a table; rows about objects that are not looked at fall out. */
export function heldAccess(held: readonly HeldPrivileges[], objects: readonly CatalogObject[]): AccessTable {
  const byObject = groupBy(held, ({ object }) => object)
  const table = new AccessTable()
  for (const object of objects) {
    for (const { role, column, privileges } of byObject.get(object.id) ?? [])
      table.add(role, object, column, privileges)
  }
  return table
}

// NUL is the one character that no PostgreSQL name can hold.
function keyOf(role: string, column: string | null): string {
  return column === null ? role : `${role}\0${column}`
}
