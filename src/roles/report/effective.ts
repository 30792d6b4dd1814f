import type { ThingKind } from '../catalog.ts'
import { inheritedRoles } from '../inherited.ts'
import type { Survey } from '../survey.ts'
import type { Alike } from './alike.ts'

/** Where a privilege comes from. */
export interface Way {
  readonly way: 'direct' | 'group' | 'owner' | 'everybody' | 'superuser'
  /** The role that has it: the group, or the owner that is inherited. */
  readonly via?: string
}

/** Privileges with the ways in which they come, the shortest first. */
export type Held = Readonly<Record<string, readonly Way[]>>

/** What one role may do with things that are alike. */
export interface Access {
  readonly privileges: Held
  /** What goes beyond that on single columns. */
  readonly columns: Readonly<Record<string, Held>>
  /** May it change and drop them, by itself or through a role that it inherits? */
  readonly owner: boolean
}

/** What each role may do; `null` asks for what everybody may. */
export function effectiveAccess(survey: Survey): (role: string | null, alike: Alike) => Access {
  const reach = inheritedRoles(survey)
  const superusers = new Set([...survey.roles.values()].filter(({ superuser }) => superuser).map(({ name }) => name))
  return (role, { things: [thing], grants }) => {
    const reached = role === null ? new Set<string>() : reach(role)
    const whole = new Gathered()
    const columns = new Map<string, Gathered>()
    if (role !== null && superusers.has(role)) whole.add(allOf[thing.kind], { way: 'superuser' })
    for (const grant of grants) {
      const way = wayOf(role, grant.role, reached, thing.owner)
      if (way === undefined) continue
      if (grant.column === null) whole.add(grant.privileges, way)
      else columns.set(grant.column, (columns.get(grant.column) ?? new Gathered()).add(grant.privileges, way))
    }
    for (const [group, given] of Object.entries(predefined)) {
      if (reached.has(group)) whole.add(given[thing.kind] ?? [], { way: 'group', via: group })
    }
    return {
      privileges: whole.held(),
      columns: Object.fromEntries(
        [...columns]
          .map(([column, gathered]) => [column, gathered.held(whole)] as const)
          .filter(([, held]) => Object.keys(held).length > 0),
      ),
      owner: reached.has(thing.owner),
    }
  }
}

function wayOf(
  role: string | null,
  grantee: string | null,
  reached: ReadonlySet<string>,
  owner: string,
): Way | undefined {
  if (grantee === null) return { way: 'everybody' }
  if (!reached.has(grantee)) return undefined
  if (grantee === owner) return role === owner ? { way: 'owner' } : { way: 'owner', via: owner }
  return grantee === role ? { way: 'direct' } : { way: 'group', via: grantee }
}

/** Collects ways by privilege. */
class Gathered {
  readonly #ways = new Map<string, Way[]>()

  add(privileges: Iterable<string>, way: Way): this {
    for (const privilege of privileges) this.#ways.set(privilege, [...(this.#ways.get(privilege) ?? []), way])
    return this
  }

  has(name: string): boolean {
    return this.#ways.has(name)
  }

  /** In PostgreSQL's order; without what the other one has already. */
  held(beyond?: Gathered): Held {
    const names = order.filter((name) => this.#ways.has(name) && !beyond?.has(name))
    return Object.fromEntries(names.map((name) => [name, (this.#ways.get(name) ?? []).toSorted(nearestFirst)]))
  }
}

const distances = ['superuser', 'owner', 'direct', 'group', 'everybody']

function nearestFirst(a: Way, b: Way): number {
  return distances.indexOf(a.way) - distances.indexOf(b.way)
}

const order = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'TRUNCATE',
  'REFERENCES',
  'TRIGGER',
  'MAINTAIN',
  'USAGE',
  'CREATE',
  'CONNECT',
  'TEMPORARY',
  'EXECUTE',
]

const allOf: Record<ThingKind, readonly string[]> = {
  database: ['CREATE', 'CONNECT', 'TEMPORARY'],
  schema: ['USAGE', 'CREATE'],
  table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'],
  sequence: ['SELECT', 'UPDATE', 'USAGE'],
  function: ['EXECUTE'],
  procedure: ['EXECUTE'],
}

/** What PostgreSQL's own groups may do without any grant ("Predefined Roles" of its manual, versions 14 to 18). */
const predefined: Readonly<Record<string, Partial<Record<ThingKind, readonly string[]>>>> = {
  pg_read_all_data: { schema: ['USAGE'], table: ['SELECT'], sequence: ['SELECT'] },
  pg_write_all_data: { schema: ['USAGE'], table: ['INSERT', 'UPDATE', 'DELETE'], sequence: ['UPDATE'] },
  pg_maintain: { table: ['MAINTAIN'] },
}
