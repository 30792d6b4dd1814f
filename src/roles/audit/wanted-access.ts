import { readCatalog } from '../catalog.ts'
import type { RoleManifest } from '../manifest.ts'
import type { RoleServer, SqlClient } from '../server.ts'
import { wantedAccess } from '../wanted.ts'

/** What is declared, by role and by the ids of things. */
export interface WantedById {
  /** What the role shall have there, on the whole or on the column. */
  privileges(role: string, object: string, column: string | null): ReadonlySet<string>
  /** Is it declared that the role shall have nothing there? */
  isDenied(role: string, object: string): boolean
}

/** Spells out the declaration against the database; names that are not there are left to the plan. */
export async function wantedOf(client: SqlClient, manifest: RoleManifest, server: RoleServer): Promise<WantedById> {
  const { granted, denied } = wantedAccess(manifest, await readCatalog(client, manifest, server), server)
  const wanted = new Map<string, ReadonlySet<string>>(
    granted.collect((role, object, column, privileges) => [keyOf(role, object.id, column), privileges]),
  )
  const forbidden = new Set(denied.collect((role, object) => keyOf(role, object.id, null)))
  return {
    privileges: (role, object, column) => wanted.get(keyOf(role, object, column)) ?? nothing,
    isDenied: (role, object) => forbidden.has(keyOf(role, object, null)),
  }
}

const nothing: ReadonlySet<string> = new Set()

// NUL is the one character that no PostgreSQL name can hold.
function keyOf(role: string, object: string, column: string | null): string {
  return `${role}\0${object}\0${column ?? ''}`
}
