import type { AccessTable } from './access.ts'
import { beyond } from './diff-access.ts'
import { groupBy } from './group.ts'
import { shown } from './statement.ts'
import type { WantedAccess } from './wanted.ts'

/** One line per role and schema about what is held beyond the declaration; it stays until somebody asks. */
export function surplusNotices({ granted, denied }: WantedAccess, held: AccessTable): string[] {
  const surplus = beyond(held, granted, denied).filter(({ role, object }) => object.owner !== role)
  return [...groupBy(surplus, ({ role, object }) => `${role}\0${object.schema}`).values()].map((entries) => {
    const [{ role, object }] = entries
    const items = entries.map(
      (entry) => `${entry.privileges.join(', ')} on ${entry.object.kind} ${shown(entry.object.name)}`,
    )
    const more = items.length > 5 ? ` and ${items.length - 5} more` : ''
    return `${shown(role)} holds more than declared in schema ${shown(object.schema)}, left as it is: ${items.slice(0, 5).join('; ')}${more}`
  })
}
