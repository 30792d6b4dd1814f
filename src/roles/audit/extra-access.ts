import { isBookkeeping } from '../bookkeeping.ts'
import { type CatalogObject, isThing } from '../catalog.ts'
import type { Comparison } from '../comparison.ts'
import { described } from '../described.ts'
import type { Lack } from '../diff-access.ts'
import { groupBy } from '../group.ts'
import type { Privilege, RoleManifest } from '../manifest.ts'
import { shown } from '../statement.ts'
import { changeOwner, revokePrivileges } from '../statement-access.ts'
import type { Survey } from '../survey.ts'
import { isAdmin } from '../visible.ts'
import type { Danger, Finding } from './finding.ts'

/** What declared roles hold themselves beyond their declaration; in every schema, also where nothing is declared. */
export function extraAccess({ surplus }: Comparison): Finding[] {
  const extras = surplus.map(withoutHarmless).filter(({ privileges }) => privileges.length > 0)
  const alike = groupBy(extras, ({ role, object, column, privileges }) => {
    const { kind, schema, name, owner } = object
    return [role, kind, schema, isThing(object) ? '' : owner, isBookkeeping(name), column ?? '', ...privileges].join(
      '\0',
    )
  })
  return [...alike.values()].map(extraFinding)
}

/** No declaration can speak of the database itself, and everybody may connect to it unless that was taken away. */
function withoutHarmless(lack: Lack): Lack {
  if (lack.object.kind !== 'database') return lack
  return { ...lack, privileges: lack.privileges.filter((privilege) => privilege === 'CREATE') }
}

function extraFinding(extras: readonly [Lack, ...Lack[]]): Finding {
  const [{ role, column, privileges, object }] = extras
  const objects = extras.map((extra) => extra.object)
  const words = `${column === null ? '' : `column ${shown(column)} of `}${described(objects)}`
  const target = { objects, ...(column === null ? {} : { columns: [column] }) }
  return {
    kind: 'extra',
    danger: dangerOf(object, privileges),
    role,
    object: words,
    sentence: `${shown(role)} holds ${privileges.join(', ')} on ${words}, which is not declared`,
    sql: revokePrivileges([role], privileges, target).sql,
  }
}

function dangerOf({ kind, name }: CatalogObject, privileges: readonly Privilege[]): Danger {
  const reads = privileges.every((privilege) => privilege === 'SELECT' || privilege === 'USAGE')
  if (kind === 'table' && isBookkeeping(name) && !reads) return 'high'
  return reads ? 'low' : 'medium'
}

/** What declared roles own: no declaration limits an owner. */
export function ownership(manifest: RoleManifest, survey: Survey): Finding[] {
  return survey.objects
    .filter((object) => isThing(object) && object.ours)
    .filter(({ owner }) => Object.hasOwn(manifest, owner) && !isAdmin(survey, owner))
    .map((object) => ({
      kind: 'owner',
      danger: 'medium',
      role: object.owner,
      object: described([object]),
      sentence: `${shown(object.owner)} owns ${described([object])}: it may change and drop it, whatever is declared`,
      sql: changeOwner(object, survey.session.creator),
    }))
}
