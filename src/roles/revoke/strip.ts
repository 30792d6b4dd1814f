import { heldAccess } from '../access.ts'
import { revocations } from '../diff-access.ts'
import { membershipRevocations } from '../diff-membership.ts'
import type { RoleStatement } from '../statement.ts'
import type { Survey } from '../survey.ts'

/** What takes away everything that the role holds in this database, privileges and memberships; never what it owns. */
export function strippingStatements(name: string, survey: Survey): RoleStatement[] {
  // Privileges on single columns go with those on the table.
  const held = heldAccess(survey, new Set([name])).collect((role, object) =>
    object.owner === name ? undefined : { role, object, column: null, privileges: [] },
  )
  const memberships = survey.memberships.filter(({ member, role }) => member === name && role !== 'rds_iam')
  return [...revocations(held), ...memberships.flatMap((edge) => membershipRevocations(edge, survey))]
}
