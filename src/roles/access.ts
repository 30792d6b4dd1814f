import type { CatalogObject, HeldPrivileges } from './catalog.ts'
import type { Privilege } from './manifest.ts'

/** One entry of an {@link AccessTable}; `column` is `null` for the object as a whole. */
export interface Access {
  readonly role: string
  readonly object: CatalogObject
  readonly column: string | null
  readonly privileges: ReadonlySet<Privilege>
}

/**
 * Privileges by object, column and role, each combination once.
 * Built for 100 roles on 2,000 tables: sets are shared, and an entry is an object only while somebody looks at it.
 */
export class AccessTable {
  readonly #byObject: Map<CatalogObject, Map<string | null, Map<string, ReadonlySet<Privilege>>>>

  /** Entries come out in the order of these objects, whatever the order in which they went in. */
  constructor(objects: readonly CatalogObject[]) {
    this.#byObject = new Map(objects.map((object) => [object, new Map()]))
  }

  /** Adds privileges to what the role has on the object. */
  add(role: string, object: CatalogObject, column: string | null, privileges: ReadonlySet<Privilege>): void {
    const columns = this.#byObject.get(object) ?? new Map<string | null, Map<string, ReadonlySet<Privilege>>>()
    if (columns.size === 0) this.#byObject.set(object, columns)
    const roles = columns.get(column) ?? new Map<string, ReadonlySet<Privilege>>()
    if (roles.size === 0) columns.set(column, roles)
    const known = roles.get(role)
    roles.set(role, known === undefined || known === privileges ? privileges : new Set([...known, ...privileges]))
  }

  /** What the role has on the object, or on the column of it by itself. */
  get(role: string, object: CatalogObject, column: string | null): ReadonlySet<Privilege> {
    return this.#byObject.get(object)?.get(column)?.get(role) ?? nothing
  }

  /** Is there an entry on the object as a whole, be it of no privileges? */
  has(role: string, object: CatalogObject): boolean {
    return this.#byObject.get(object)?.get(null)?.has(role) ?? false
  }

  /** The same without some privileges; those taken on a whole object go on its columns too, as REVOKE has it. */
  without(taken: readonly Taken[]): AccessTable {
    const rest = new AccessTable([...this.#byObject.keys()])
    const gone = new AccessTable([])
    for (const { role, object, column, privileges } of taken) gone.add(role, object, column, new Set(privileges))
    this.collect((role, object, column, privileges) => {
      const [whole, part] = [gone.get(role, object, null), gone.get(role, object, column)]
      const left = [...privileges].filter((privilege) => !whole.has(privilege) && !part.has(privilege))
      if (left.length > 0) rest.add(role, object, column, left.length === privileges.size ? privileges : new Set(left))
      return undefined
    })
    return rest
  }

  /** Every entry of which `pick` makes something. */
  collect<Picked>(pick: (...entry: Entry) => Picked | undefined): Picked[] {
    const picked: Picked[] = []
    for (const [object, columns] of this.#byObject) {
      for (const [column, roles] of columns) {
        for (const [role, privileges] of roles) {
          const one = pick(role, object, column, privileges)
          if (one !== undefined) picked.push(one)
        }
      }
    }
    return picked
  }
}

type Taken = Omit<Access, 'privileges'> & { readonly privileges: readonly Privilege[] }
type Entry = [role: string, object: CatalogObject, column: string | null, privileges: ReadonlySet<Privilege>]

const nothing: ReadonlySet<Privilege> = new Set()

/** What the catalogs say is held, as a table; what is said of objects that are not looked at falls out. */
export function heldAccess(held: readonly HeldPrivileges[], objects: readonly CatalogObject[]): AccessTable {
  const byId = new Map(objects.map((object) => [object.id, object]))
  const table = new AccessTable(objects)
  for (const { role, column, privileges, objects: ids } of held) {
    for (const id of ids) {
      const object = byId.get(id)
      if (object !== undefined) table.add(role, object, column, privileges)
    }
  }
  return table
}
