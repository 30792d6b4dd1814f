import { isBookkeeping } from '../bookkeeping.ts'
import { groupBy } from '../group.ts'
import type { RoleManifest } from '../manifest.ts'
import { shown } from '../statement.ts'
import { described, describedAll } from '../survey/described.ts'
import { giveTo, revoke } from '../survey/mend.ts'
import type { Survey, Thing } from '../survey/survey.ts'
import type { Danger, Finding } from './finding.ts'
import type { WantedById } from './wanted-access.ts'

/** What declared roles hold themselves, or own, beyond their declaration; in every schema, also where nothing is declared. */
export function extraAccess(manifest: RoleManifest, survey: Survey, wanted: WantedById): Finding[] {
  const things = new Map(survey.things.map((thing) => [thing.id, thing]))
  const extras: Extra[] = []
  for (const { object, column, role, privileges } of survey.grants) {
    const thing = things.get(object)
    if (role === null || thing === undefined || !Object.hasOwn(manifest, role) || thing.owner === role) continue
    if (manifest[role]?.absent || wanted.isDenied(role, object)) continue
    const [whole, part] = [wanted.privileges(role, object, null), wanted.privileges(role, object, column)]
    const rest = privileges.filter((name) => !whole.has(name) && !part.has(name) && !harmless(thing, name))
    if (rest.length > 0) extras.push({ role, thing, column, privileges: rest })
  }
  const alike = groupBy(extras, ({ role, thing, column, privileges }) =>
    [role, thing.kind, thing.schema ?? '', isBookkeeping(thing.name), column ?? '', ...privileges].join('\0'),
  )
  return [...[...alike.values()].map(extraFinding), ...ownership(manifest, survey)]
}

interface Extra {
  readonly role: string
  readonly thing: Thing
  readonly column: string | null
  readonly privileges: readonly string[]
}

/** No declaration can speak of the database itself, and everybody may connect to it unless that was taken away. */
function harmless({ kind }: Thing, privilege: string): boolean {
  return kind === 'database' && privilege !== 'CREATE'
}

function extraFinding(extras: readonly [Extra, ...Extra[]]): Finding {
  const [{ role, column, privileges, thing }] = extras
  const things = extras.map((extra) => extra.thing)
  const where = column === null ? '' : `column ${shown(column)} of `
  const object = where + describedAll(things)
  return {
    kind: 'extra',
    danger: dangerOf(thing, privileges),
    role,
    object,
    sentence: `${shown(role)} holds ${privileges.join(', ')} on ${object}, which is not declared`,
    sql: revoke(privileges, things, role, column),
  }
}

function dangerOf(thing: Thing, privileges: readonly string[]): Danger {
  const reads = privileges.every((privilege) => privilege === 'SELECT' || privilege === 'USAGE')
  if (thing.kind === 'table' && isBookkeeping(thing.name) && !reads) return 'high'
  return reads ? 'low' : 'medium'
}

function ownership(manifest: RoleManifest, { things, admin }: Survey): Finding[] {
  return things
    .filter(({ owner }) => Object.hasOwn(manifest, owner) && owner !== admin.login && owner !== admin.creator)
    .map((thing) => ({
      kind: 'owner',
      danger: 'medium',
      role: thing.owner,
      object: described(thing),
      sentence: `${shown(thing.owner)} owns ${described(thing)}: it may change and drop it, whatever is declared`,
      sql: giveTo(admin.creator, thing),
    }))
}
