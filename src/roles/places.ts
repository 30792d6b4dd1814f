import { type Catalog, placeOf } from './catalog.ts'
import type { RoleServer } from './server.ts'

/**
 * How many objects of a kind a schema has, where "all in schema" can be said: for a statement on just as many it says no
 * more than their names. The history of migrations counts, so that what leaves it out is never all. Objects of an
 * extension shut a place, as they are never meant, and so does a schema of the system (Aurora DSQL: 0A000 for ALL TABLES
 * IN SCHEMA public).
 */
export function grantablePlaces({ objects, shared }: Catalog, server: RoleServer): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const object of objects) {
    if (object.schema === 'public' && server.publicSchemaIsSystem) continue
    const place = placeOf(object)
    places.set(place, (places.get(place) ?? 0) + 1)
  }
  for (const place of shared) places.delete(place)
  return places
}
