import type { Catalog, CatalogObject } from './catalog.ts'
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
  readonly #whole: Map<CatalogObject, Holders>
  readonly #columns = new Map<CatalogObject, Map<string, Holders>>()

  /** Entries come out in the order of these objects, whatever the order in which they went in. */
  constructor(objects: readonly CatalogObject[]) {
    this.#whole = new Map(objects.map((object) => [object, new Map()]))
  }

  /** Adds privileges to what the role has on the object. */
  add(role: string, object: CatalogObject, column: string | null, privileges: ReadonlySet<Privilege>): void {
    const holders = column === null ? entry(this.#whole, object) : entry(entry(this.#columns, object), column)
    const known = holders.get(role)
    if (known === privileges) return
    holders.set(role, known === undefined ? privileges : new Set([...known, ...privileges]))
  }

  /** What the role has on the object, or on the column of it by itself. */
  get(role: string, object: CatalogObject, column: string | null): ReadonlySet<Privilege> {
    const holders = column === null ? this.#whole.get(object) : this.#columns.get(object)?.get(column)
    return holders?.get(role) ?? nothing
  }

  /** Is there an entry on the object as a whole, be it of no privileges? */
  has(role: string, object: CatalogObject): boolean {
    return this.#whole.get(object)?.has(role) ?? false
  }

  /** The same without some privileges; those taken on a whole object go on its columns too, as REVOKE has it. */
  without(taken: readonly Taken[]): AccessTable {
    const rest = new AccessTable([...this.#whole.keys()])
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

  /** Every entry of which `pick` makes something; of an object, the whole comes before its columns. */
  collect<Picked>(pick: (...entry: Entry) => Picked | undefined): Picked[] {
    const picked: Picked[] = []
    const visit = (holders: Holders, object: CatalogObject, column: string | null) => {
      for (const [role, privileges] of holders) {
        const one = pick(role, object, column, privileges)
        if (one !== undefined) picked.push(one)
      }
    }
    for (const [object, holders] of this.#whole) {
      visit(holders, object, null)
      for (const [column, holdersOfColumn] of this.#columns.get(object) ?? []) visit(holdersOfColumn, object, column)
    }
    return picked
  }
}

type Holders = Map<string, ReadonlySet<Privilege>>
type Taken = Omit<Access, 'privileges'> & { readonly privileges: readonly Privilege[] }
type Entry = [role: string, object: CatalogObject, column: string | null, privileges: ReadonlySet<Privilege>]

/** The map at this key, made when there is none. */
function entry<Key, InnerKey, Value>(maps: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  const known = maps.get(key)
  if (known !== undefined) return known
  const made = new Map<InnerKey, Value>()
  maps.set(key, made)
  return made
}

const nothing: ReadonlySet<Privilege> = new Set()

/** What the catalogs say that these roles hold, from whomever. What is said of objects that are not looked at falls out. */
export function heldAccess(
  { held, objects }: Pick<Catalog, 'held' | 'objects'>,
  roles: ReadonlySet<string>,
  which: 'privileges' | 'grantable' = 'privileges',
): AccessTable {
  const byId = new Map(objects.map((object) => [object.id, object]))
  const table = new AccessTable(objects)
  for (const { role, column, objects: ids, [which]: privileges } of held) {
    if (role === null || !roles.has(role) || privileges.size === 0) continue
    for (const id of ids) {
      const object = byId.get(id)
      if (object !== undefined) table.add(role, object, column, privileges)
    }
  }
  return table
}
