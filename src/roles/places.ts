import { isBookkeeping } from './bookkeeping.ts'
import { type Catalog, placeOf } from './catalog.ts'
import type { RoleServer } from './server.ts'

/**
 * How many objects of a kind a schema has, where every one of them may be granted: there, "all in schema" says no more
 * than their names. What belongs to an extension, or to the history of migrations, shuts a place; a schema of the system
 * is shut altogether (Aurora DSQL: 0A000 for ALL TABLES IN SCHEMA public).
 */
export function grantablePlaces({ objects, shared }: Catalog, server: RoleServer): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  const shut = new Set(shared)
  for (const object of objects) {
    const place = placeOf(object)
    places.set(place, (places.get(place) ?? 0) + 1)
    const history = object.kind === 'table' && isBookkeeping(object.name)
    if (history || (object.schema === 'public' && server.publicSchemaIsSystem)) shut.add(place)
  }
  for (const place of shut) places.delete(place)
  return places
}
