import { isBookkeeping } from '../bookkeeping.ts'
import { type CatalogObject, isThing } from '../catalog.ts'
import { described, placed } from '../described.ts'
import { groupBy } from '../group.ts'
import type { Privilege } from '../manifest.ts'
import { shown } from '../statement.ts'
import { revokePrivileges } from '../statement-access.ts'
import type { Survey } from '../survey.ts'
import type { Danger, Finding } from './finding.ts'

/** What everybody who may log in may do, beyond what PostgreSQL gives everybody by itself. */
export function publicFindings({ objects, held, roles }: Survey): Finding[] {
  const byId = new Map(objects.map((object) => [object.id, object]))
  const open: Open[] = held.flatMap(({ role, objects: ids, column, privileges }) =>
    role !== null
      ? []
      : ids.flatMap((id) => {
          const object = byId.get(id)
          if (object === undefined || !object.ours) return []
          const rest = [...privileges].filter((privilege) => !ordinary(object, privilege))
          return rest.length === 0 ? [] : [{ object, column, privileges: rest }]
        }),
  )
  const alike = groupBy(open, ({ object, column, privileges }) => {
    const { kind, schema, owner, asOwner, name } = object
    const maker = isThing(object) && !asOwner ? '' : owner
    return [kind, schema, maker, asOwner, isBookkeeping(name), column ?? '', ...privileges].join('\0')
  })
  const superusers = new Set([...roles.values()].filter(({ superuser }) => superuser).map(({ name }) => name))
  return [...alike.values()].map((group) =>
    isThing(group[0].object) ? openFinding(group, superusers) : later(group[0]),
  )
}

interface Open {
  readonly object: CatalogObject
  readonly column: string | null
  readonly privileges: readonly Privilege[]
}

/** The defaults of PostgreSQL 15 and later; a function that acts as its owner is no ordinary one to share. */
function ordinary({ kind, name, asOwner }: CatalogObject, privilege: Privilege): boolean {
  if (kind === 'database') return privilege !== 'CREATE'
  if (kind === 'schema') return name === 'public' && privilege === 'USAGE'
  if (kind === 'future function' || kind === 'future type') return true
  return (kind === 'function' || kind === 'procedure') && !asOwner
}

function openFinding(group: readonly [Open, ...Open[]], superusers: ReadonlySet<string>): Finding {
  const [{ object, column, privileges }] = group
  const objects = group.map((open) => open.object)
  const words = `${column === null ? '' : `column ${shown(column)} of `}${described(objects)}`
  const asOwner = object.asOwner ? `, with the rights of ${shown(object.owner)}` : ''
  const target = { objects, ...(column === null ? {} : { columns: [column] }) }
  return {
    kind: 'public',
    danger: object.asOwner ? (superusers.has(object.owner) ? 'high' : 'medium') : dangerOf(object, privileges),
    role: null,
    object: words,
    sentence: `everybody (PUBLIC) may ${privileges.join(', ')} on ${words}${asOwner}`,
    sql: revokePrivileges([null], privileges, target).sql,
  }
}

/** CREATE on a schema lets a stranger put a function in the way of another's (CVE-2018-1058). */
function dangerOf({ kind, name }: CatalogObject, privileges: readonly Privilege[]): Danger {
  const reads = privileges.every((privilege) => privilege === 'SELECT' || privilege === 'USAGE')
  if (reads) return kind === 'schema' ? 'low' : 'medium'
  return kind === 'table' || privileges.includes('CREATE') || isBookkeeping(name) ? 'high' : 'medium'
}

function later({ object, privileges }: Open): Finding {
  const kind = object.kind.replace('future ', '')
  const where = object.schema === '' ? '' : ` ${placed(object)}`
  return {
    kind: 'public',
    danger: 'medium',
    role: null,
    object: `later ${kind}s${where}`,
    sentence: `everybody (PUBLIC) will have ${privileges.join(', ')} on every ${kind} that ${shown(object.owner)} makes${where}`,
    sql: revokePrivileges([null], privileges, { objects: [object] }).sql,
  }
}
