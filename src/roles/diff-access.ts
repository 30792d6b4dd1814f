import type { Access, AccessTable } from './access.ts'
import { groupBy } from './group.ts'
import type { Privilege } from './manifest.ts'
import { grantPrivileges, type RoleStatement, revokePrivileges, shown } from './statement.ts'
import type { WantedAccess } from './wanted.ts'

/** The statements that bring what is held to what is declared. */
export function privilegeStatements(
  { granted, denied }: WantedAccess,
  held: AccessTable,
): { granted: RoleStatement[]; revoked: RoleStatement[] } {
  const lacking = beyond(granted.entries(), held, denied)
  const forbidden = [...held.entries()].filter((entry) => denied.has(entry.role, entry.object))
  return {
    granted: [
      ...batches(lacking.filter(({ column }) => column === null)).map(([first, objects]) =>
        grantPrivileges(first.role, first.privileges, objects),
      ),
      ...columnBatches(lacking.filter(({ column }) => column !== null)),
    ],
    revoked: batches(forbidden.map((entry) => ({ ...entry, privileges: [] }))).map(([first, objects]) =>
      revokePrivileges(first.role, objects),
    ),
  }
}

/** One line per role and schema about what is held beyond the declaration; it stays until somebody asks. */
export function surplusNotices({ granted, denied }: WantedAccess, held: AccessTable): string[] {
  const surplus = beyond(held.entries(), granted, denied).filter(({ role, object }) => object.owner !== role)
  return [...groupBy(surplus, ({ role, object }) => `${role}\0${object.schema}`).values()].map((entries) => {
    const [{ role, object }] = entries
    const items = entries.map(
      (entry) => `${entry.privileges.join(', ')} on ${entry.object.kind} ${shown(entry.object.name)}`,
    )
    const more = items.length > 5 ? ` and ${items.length - 5} more` : ''
    return `${shown(role)} holds more than declared in schema ${shown(object.schema)}, left as it is: ${items.slice(0, 5).join('; ')}${more}`
  })
}

type Lack = Omit<Access, 'privileges'> & { privileges: readonly Privilege[] }

/** The entries with what the other table does not have, on the object as a whole or on the same column. */
function beyond(entries: Iterable<Access>, other: AccessTable, denied: AccessTable): Lack[] {
  const lacks: Lack[] = []
  for (const entry of entries) {
    const { role, object, column, privileges } = entry
    const [whole, part] = [other.get(role, object, null), other.get(role, object, column)]
    const rest = [...privileges].filter((privilege) => !whole.has(privilege) && !part.has(privilege))
    if (rest.length > 0 && !denied.has(role, object)) lacks.push({ ...entry, privileges: rest })
  }
  return lacks
}

/** A statement of readable length, also where a schema has thousands of tables. */
const objectsPerStatement = 50

function batches(entries: readonly Lack[]): (readonly [Lack, Lack['object'][]])[] {
  const alike = groupBy(entries, ({ role, object, privileges }) =>
    [role, object.kind, object.schema, ...privileges].join('\0'),
  )
  return [...alike.values()].flatMap((group) => {
    const objects = [...new Set(group.map(({ object }) => object))]
    return Array.from({ length: Math.ceil(objects.length / objectsPerStatement) }, (_, index) => {
      const from = index * objectsPerStatement
      return [group[0], objects.slice(from, from + objectsPerStatement)] as const
    })
  })
}

function columnBatches(entries: readonly Lack[]): RoleStatement[] {
  const alike = groupBy(entries, ({ role, object, privileges }) => [role, object.id, ...privileges].join('\0'))
  return [...alike.values()].map((group) => {
    const columns = group.map(({ column }) => column).filter((column) => column !== null)
    return grantPrivileges(group[0].role, group[0].privileges, [group[0].object], columns)
  })
}
