import { type CatalogThing, type HeldPrivileges, isThing } from '../catalog.ts'
import { groupBy } from '../group.ts'
import type { Survey } from '../survey.ts'

/** Things of one kind, schema and owner on which everybody was granted the same. */
export interface Alike {
  readonly things: readonly [CatalogThing, ...CatalogThing[]]
  readonly grants: readonly HeldPrivileges[]
}

/** Puts together what need not be told apart: two thousand tables of a schema are mostly one group. */
export function alikeThings({ objects, held }: Survey): Alike[] {
  const lists = new Map<string, { signature: string; grants: HeldPrivileges[] }[]>()
  for (const grants of byList(held)) {
    const list = { signature: signatureOf(grants), grants }
    for (const id of grants[0].objects) lists.set(id, [...(lists.get(id) ?? []), list])
  }
  const things = objects.filter((object) => isThing(object)).filter(({ ours }) => ours)
  const groups = groupBy(things, ({ id, kind, schema, owner, asOwner }) => {
    const signatures = (lists.get(id) ?? []).map(({ signature }) => signature).sort()
    return [kind, schema, owner, asOwner, ...signatures].join('\0')
  })
  return [...groups.values()].map((group) => ({
    things: group,
    grants: (lists.get(group[0].id) ?? []).flatMap(({ grants }) => grants),
  }))
}

/** The rows that came from one list of privileges share the list of its objects. */
function byList(held: readonly HeldPrivileges[]): [HeldPrivileges, ...HeldPrivileges[]][] {
  const lists = new Map<readonly string[], [HeldPrivileges, ...HeldPrivileges[]]>()
  for (const row of held) {
    const list = lists.get(row.objects)
    if (list === undefined) lists.set(row.objects, [row])
    else list.push(row)
  }
  return [...lists.values()]
}

function signatureOf(grants: readonly HeldPrivileges[]): string {
  // A role may be called PUBLIC in capitals, but no name holds a NUL or is empty.
  return grants
    .map(({ role, column, privileges }) => `${role ?? ''}\x01${column ?? ''}\x01${[...privileges]}`)
    .sort()
    .join('\x02')
}
