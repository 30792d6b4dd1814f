import { PrismaIamError } from '../errors.ts'
import { type Catalog, type CatalogObject, schemaOf } from './catalog.ts'
import type { RoleManifest } from './manifest.ts'
import type { ObjectKind } from './privileges.ts'
import { missing } from './reach.ts'
import { readCatalog } from './read-catalog.ts'
import { patientClient } from './retry.ts'
import type { RoleServer, SqlClient } from './server.ts'

/**
 * Refuses grants on what neither the database has nor any of the scripts that are about to run names, before they run.
 *
 * Names can come from elsewhere: where a script calls something, or composes its statements, nothing is refused here.
 *
 * @throws PRISMA_IAM_ROLES_INVALID with every such name and the nearest that is there or about to come.
 */
export async function foreseeRoles(
  client: SqlClient,
  manifest: RoleManifest,
  server: RoleServer,
  scripts: readonly string[],
): Promise<void> {
  if (Object.keys(manifest).length === 0 || scripts.some((script) => opaque.test(script))) return
  const problems = strangers(manifest, await readCatalog(patientClient(client, {}), manifest, server), server, scripts)
  if (problems.length === 0) return
  throw new PrismaIamError(
    'PRISMA_IAM_ROLES_INVALID',
    'The declared roles name what is not in the database, and not in what is about to run.',
    { problems, hint: 'correct `roles` in the config file and run the command again; nothing was run' },
  )
}

/** What can make things whose names the script does not spell. */
const opaque = /\b(?:select|call|do|execute|perform|extension|import)\b|u&"/i

function strangers(
  manifest: RoleManifest,
  { objects }: Catalog,
  server: RoleServer,
  scripts: readonly string[],
): string[] {
  const coming = scripts.join('\n').toLowerCase()
  const words = scripts.flatMap((script) => script.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])
  const isStrange = (name: string, known: readonly string[]) =>
    !known.includes(name) && !coming.includes(name.toLowerCase())
  return Object.entries(manifest).flatMap(([role, { grants = [] }]) =>
    grants.flatMap((grant) => {
      const schema = schemaOf(grant, server)
      const namesOf = (kind: ObjectKind, isThere: (object: CatalogObject) => boolean) =>
        objects.filter((object) => object.kind === kind && isThere(object)).map(({ name }) => name)
      const tell = (kind: ObjectKind, name: string, known: readonly string[]) =>
        `role ${JSON.stringify(role)}: ${missing(kind, name, [...known, ...words])}`
      const schemas = namesOf('schema', () => true)
      // A deploy makes the schema of its connection itself.
      if (schema !== server.schema && isStrange(schema, schemas)) return [tell('schema', schema, schemas)]
      const tables = namesOf('table', (object) => object.schema === schema)
      const named = grant.tables === undefined || grant.tables === '*' ? [] : grant.tables
      return named.filter((name) => isStrange(name, tables)).map((name) => tell('table', name, tables))
    }),
  )
}
