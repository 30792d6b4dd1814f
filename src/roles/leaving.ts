import { type Catalog, isThing } from './catalog.ts'
import type { RoleManifest } from './manifest.ts'
import { listed, shown } from './statement.ts'
import { visibleText } from './visible-text.ts'

/** What stands in the way of roles that shall be absent. Nothing is dropped or given to somebody else to make room. */
export function leavingProblems(manifest: RoleManifest, { keepers, objects, session }: Catalog): string[] {
  const owned = keepers.map(({ role, database, here, rights, objects: count, words }) => {
    if (!here)
      return problem(
        role,
        `it owns or holds ${count} objects in database ${JSON.stringify(database)}: look there first`,
      )
    if (rights) {
      const things = listed(words.map(visibleText), 'object', count)
      return problem(role, `it has rights on ${things}, which are not looked at; revoke them by hand`)
    }
    const names = objects.filter((object) => object.owner === role && isThing(object)).map(({ name }) => shown(name))
    const which = names.length === 0 ? listed(words.map(visibleText), 'object', count) : listed(names, 'object')
    return problem(role, `it owns ${which}; give them to somebody else, as REASSIGN OWNED BY does, or drop them`)
  })
  const self = [session.login, session.creator].find((name) => Object.hasOwn(manifest, name) && manifest[name]?.absent)
  const needed = Object.entries(manifest).flatMap(([member, { memberOf = [] }]) =>
    memberOf
      .filter((role) => Object.hasOwn(manifest, role) && manifest[role]?.absent)
      .map(
        (role) => `role ${JSON.stringify(member)}: memberOf names ${JSON.stringify(role)}, which is declared absent`,
      ),
  )
  return [...owned, ...(self === undefined ? [] : [problem(self, 'it is who asks')]), ...needed]
}

function problem(role: string, reason: string): string {
  return `role ${JSON.stringify(role)}: cannot be dropped: ${reason}`
}
