import { groupBy } from '../group.ts'
import type { Grant, Survey, Thing } from '../survey/survey.ts'

/** Things of one kind, schema and owner on which everybody was granted the same. */
export interface Alike {
  readonly things: readonly [Thing, ...Thing[]]
  readonly grants: readonly Grant[]
}

/** Puts together what need not be told apart: two thousand tables of a schema are mostly one group. */
export function alikeThings({ things, grants }: Survey): Alike[] {
  const byThing = groupBy(grants, ({ object }) => object)
  const groups = groupBy(things, (thing) => {
    const { id, kind, schema, owner, asOwner } = thing
    return [kind, schema ?? '', owner, asOwner, ...signatures(byThing.get(id) ?? [])].join('\0')
  })
  return [...groups.values()].map((group) => ({ things: group, grants: byThing.get(group[0].id) ?? [] }))
}

function signatures(grants: readonly Grant[]): string[] {
  // A role may be called PUBLIC in capitals, but no name holds a NUL.
  return grants.map(({ role, column, privileges }) => `${role ?? '\x01'}\x02${column ?? ''}\x02${privileges}`).sort()
}
