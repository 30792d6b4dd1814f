import { identifier } from '../../sql/quote.ts'
import { isBookkeeping } from '../bookkeeping.ts'
import { type Catalog, type CatalogObject, isThing } from '../catalog.ts'
import type { Comparison } from '../comparison.ts'
import { described } from '../described.ts'
import type { Lack } from '../diff-access.ts'
import { bySource, type ForeignGrant } from '../foreign.ts'
import { groupBy } from '../group.ts'
import type { Privilege, RoleManifest } from '../manifest.ts'
import { shown } from '../statement.ts'
import { changeOwner, revokeGrantOption, revokePrivileges } from '../statement-access.ts'
import type { Survey } from '../survey.ts'
import { isAdmin } from '../visible.ts'
import type { Danger, Finding } from './finding.ts'

/** What declared roles hold themselves beyond their declaration; in every schema, also where nothing is declared. */
export function extraAccess({ surplus, foreign }: Comparison, catalog: Catalog): Finding[] {
  const { takeable, kept } = bySource(surplus, foreign, catalog)
  const extras: Extra[] = [...takeable, ...kept].map(withoutHarmless).filter(({ privileges }) => privileges.length > 0)
  const alike = groupBy(extras, ({ role, grantor = '', object, column, privileges }) => {
    const { kind, schema, name, owner } = object
    return [
      role,
      grantor,
      kind,
      schema,
      isThing(object) ? '' : owner,
      isBookkeeping(name),
      column ?? '',
      ...privileges,
    ].join('\0')
  })
  return [...alike.values()].map(extraFinding)
}

/** What declared roles hold rightly and may hand on to others, which no declaration says. */
export function handingOn({ grantable }: Comparison): Finding[] {
  return grantable.map(({ role, object, column, privileges }) => {
    const words = `${column === null ? '' : `column ${shown(column)} of `}${described([object])}`
    const target = { objects: [object], ...(column === null ? {} : { columns: [column] }) }
    return {
      kind: 'extra',
      danger: 'medium',
      role,
      object: words,
      sentence: `${shown(role)} may hand on ${privileges.join(', ')} on ${words} to others, which is not declared`,
      sql: revokeGrantOption([role], privileges, target).sql,
    }
  })
}

/** `grantor` where nobody else can take it back. */
type Extra = Lack & Partial<Pick<ForeignGrant, 'grantor'>>

/** No declaration can speak of the database itself, and everybody may connect to it unless that was taken away. */
function withoutHarmless(lack: Extra): Extra {
  if (lack.object.kind !== 'database') return lack
  return { ...lack, privileges: lack.privileges.filter((privilege) => privilege === 'CREATE') }
}

function extraFinding(extras: readonly [Extra, ...Extra[]]): Finding {
  const [{ role, grantor, column, privileges, object }] = extras
  const objects = extras.map((extra) => extra.object)
  const words = `${column === null ? '' : `column ${shown(column)} of `}${described(objects)}`
  const target = { objects, ...(column === null ? {} : { columns: [column] }) }
  const { sql } = revokePrivileges([role], privileges, target)
  return {
    kind: 'extra',
    danger: dangerOf(object, privileges),
    role,
    object: words,
    sentence: `${shown(role)} holds ${privileges.join(', ')} on ${words}, which is not declared${grantor === undefined ? '' : `, by a grant of ${shown(grantor)}, who alone can take it back`}`,
    sql: grantor === undefined ? sql : `SET ROLE ${identifier(grantor)}; ${sql}; RESET ROLE`,
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
