import type { AccessTable } from './access.ts'
import { isThing } from './catalog.ts'
import { beyond, type Lack } from './diff-access.ts'
import type { Mapping } from './diff-membership.ts'
import { groupBy } from './group.ts'
import type { Membership } from './membership.ts'
import { shown } from './statement.ts'
import type { WantedAccess } from './wanted.ts'

/** What declared roles hold beyond the declaration; an owner's rights over its own are no such thing. */
export function surplusAccess({ granted, denied }: WantedAccess, held: AccessTable): Lack[] {
  return beyond(held, granted, denied).filter(({ role, object }) => object.owner !== role)
}

/** What stays until somebody asks: a line per role and schema, and for each login and membership. */
export function surplusNotices(surplus: Surplus): string[] {
  return [
    ...surplus.memberships.map(({ member, role }) =>
      role === 'rds_iam'
        ? `${shown(member)} logs in by IAM, which is not declared; left as it is`
        : `${shown(member)} is a member of ${shown(role)}, which is not declared; left as it is`,
    ),
    ...surplus.arns.map(({ role, arn }) => `${arn} may log in as ${shown(role)}, which is not declared; left as it is`),
    ...accessNotices(surplus.access),
  ]
}

interface Surplus {
  readonly access: readonly Lack[]
  readonly memberships: readonly Membership[]
  readonly arns: readonly Mapping[]
}

function accessNotices(access: readonly Lack[]): string[] {
  return [...groupBy(access, ({ role, object }) => `${role}\0${object.schema}`).values()].map((entries) => {
    const [{ role, object }] = entries
    const items = entries.map(
      (entry) =>
        `${entry.privileges.join(', ')} on ${entry.object.kind}${isThing(entry.object) ? '' : 's'} ${shown(entry.object.name)}`,
    )
    const more = items.length > 5 ? ` and ${items.length - 5} more` : ''
    return `${shown(role)} holds more than declared in schema ${shown(object.schema)}, left as it is: ${items.slice(0, 5).join('; ')}${more}`
  })
}
