import { identifier } from '../sql/quote.ts'
import { type Catalog, type CatalogObject, placeOf, schemaOf } from './catalog.ts'
import type { GrantDeclaration, RoleManifest } from './manifest.ts'
import type { DeclaredFutureKind } from './privileges.ts'
import { hasCode, type Patience, retryConflicts } from './retry.ts'
import type { RoleServer, SqlClient } from './server.ts'
import { shown } from './statement.ts'

/** What a grant says of objects that are made later: the kinds of its `'*'`, and the sequences that a preset covers. */
export function futureKinds(grant: GrantDeclaration): readonly DeclaredFutureKind[] {
  const { future, tables, sequences, functions, privileges } = grant
  if (!future) return []
  const numbering = tables === '*' && sequences === undefined && typeof privileges === 'string'
  return [
    ...(tables === '*' ? ['future table' as const] : []),
    ...(sequences === '*' || numbering ? ['future sequence' as const] : []),
    ...(functions === '*' ? ['future function' as const] : []),
  ]
}

/**
 * The catalog with an object for every declared kind of future object, also where nothing has been said of it yet.
 * Where the server takes no default privileges it stays as it is.
 */
export async function withFuture(
  client: SqlClient,
  catalog: Catalog,
  manifest: RoleManifest,
  server: RoleServer,
  patience: Patience,
): Promise<Catalog> {
  const objects = futureObjects(catalog, manifest, server)
  const [first] = objects
  if (first === undefined) return catalog
  if (server.defaultPrivilegesUnproven && !(await takesDefaultPrivileges(client, first, patience))) return catalog
  return { ...catalog, objects: [...catalog.objects, ...objects] }
}

/** A line for each schema of which `future` is declared in vain. */
export function futureNotices(manifest: RoleManifest, { objects }: Catalog, server: RoleServer): string[] {
  const known = new Set(objects.map(placeOf))
  const lacking = declaredPlaces(manifest, server).filter((place) => !known.has(placeOf(place)))
  return [...new Set(lacking.map(({ schema }) => schema))].map(
    (schema) =>
      `this server takes no default privileges in schema ${shown(schema)}: what is made there later is granted by the next deploy`,
  )
}

interface Place {
  readonly kind: DeclaredFutureKind
  readonly schema: string
}

function declaredPlaces(manifest: RoleManifest, server: RoleServer): Place[] {
  return Object.values(manifest)
    .flatMap(({ grants = [] }) => grants)
    .flatMap((grant) => futureKinds(grant).map((kind) => ({ kind, schema: schemaOf(grant, server) })))
}

function futureObjects({ objects, session }: Catalog, manifest: RoleManifest, server: RoleServer): CatalogObject[] {
  const { creator } = session
  const known = new Set(objects.filter(({ owner }) => owner === creator).map(placeOf))
  const schemas = new Set(objects.filter(({ kind }) => kind === 'schema').map(({ name }) => name))
  if (server.publicSchemaIsSystem) schemas.delete('public')
  const added = new Map<string, CatalogObject>()
  for (const { kind, schema } of declaredPlaces(manifest, server)) {
    const id = placeOf({ kind, schema })
    if (known.has(id) || !schemas.has(schema)) continue
    added.set(id, {
      id,
      kind,
      schema,
      name: creator,
      owner: creator,
      partOf: null,
      takes: null,
      asOwner: false,
      ours: true,
    })
  }
  return [...added.values()]
}

/**
 * Tries it in a transaction that is rolled back. Only a refusal as such counts; whatever else is wrong comes to light
 * when the real statement runs.
 */
async function takesDefaultPrivileges(
  client: SqlClient,
  { owner, schema }: CatalogObject,
  patience: Patience,
): Promise<boolean> {
  const [role, place] = [identifier(owner), identifier(schema)]
  const attempt = async () => {
    await client.query('BEGIN')
    try {
      await client.query(
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${role} IN SCHEMA ${place} GRANT SELECT ON TABLES TO ${role}`,
      )
      return true
    } catch (error) {
      if (hasCode(error, '40001')) throw error
      // feature_not_supported, syntax_error
      return !(hasCode(error, '0A000') || hasCode(error, '42601'))
    } finally {
      await client.query('ROLLBACK')
    }
  }
  return (await retryConflicts(attempt, patience)).result
}
