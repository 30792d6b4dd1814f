import { AccessTable } from './access.ts'
import { type Catalog, type CatalogObject, placeOf } from './catalog.ts'
import type { GrantDeclaration, Privilege, RoleManifest } from './manifest.ts'
import { type ObjectKind, privilegesFor } from './privileges.ts'
import { finder, type Reach } from './reach.ts'
import type { RoleServer } from './server.ts'

/** The declared grants, with every `'*'` and preset spelled out against what the database has. */
export interface WantedAccess {
  readonly granted: AccessTable
  /** What is declared `none`; it wins over `granted`. */
  readonly denied: AccessTable
  /** What `'*'` says, by role and place: the same for an object that is made while the roles are applied. */
  readonly whole: ReadonlyMap<string, ReadonlySet<Privilege>>
  /** Names that the database does not have, and grants that the service cannot give. */
  readonly problems: readonly string[]
}

/** Spells out the declared grants; pure. */
export function wantedAccess(manifest: RoleManifest, catalog: Catalog, server: RoleServer): WantedAccess {
  const find = finder(catalog, server)
  const granted = new AccessTable(catalog.objects)
  const denied = new AccessTable(catalog.objects)
  const whole = new Map<string, ReadonlySet<Privilege>>()
  const problems: string[] = []
  for (const [role, { grants = [] }] of Object.entries(manifest)) {
    for (const grant of grants) {
      const found = find(grant)
      const schemaProblem = found.schema && publicProblem(found.schema, grant, server)
      problems.push(
        ...[...found.problems, ...(schemaProblem ? [schemaProblem] : [])].map(
          (text) => `role ${JSON.stringify(role)}: ${text}`,
        ),
      )
      const table = grant.privileges === 'none' ? denied : granted
      for (const [kind, objects] of reached(grant, found, server)) {
        const privileges = privilegesOf(kind, grant)
        const columns = (kind === 'table' && grant.columns) || [null]
        for (const object of objects) for (const column of columns) table.add(role, object, column, privileges)
      }
      for (const object of found.future) granted.add(role, object, null, privilegesOf(object.kind, grant))
      // Default privileges reach a history of migrations that is made anew.
      for (const object of found.bookkeeping) denied.add(role, object, null, none)
      for (const [kind, privileges] of wholeKinds(grant)) {
        if (found.schema === undefined) continue
        const key = wholeKey(role, { kind, schema: found.schema.name })
        whole.set(key, new Set([...(whole.get(key) ?? []), ...privileges]))
      }
    }
  }
  return { granted, denied, whole, problems }
}

const none: ReadonlySet<Privilege> = new Set()

function privilegesOf(kind: ObjectKind, { privileges }: GrantDeclaration): ReadonlySet<Privilege> {
  return new Set(privilegesFor(kind, privileges))
}

/** Where `'*'` of a role is kept. */
export function wholeKey(role: string, place: Pick<CatalogObject, 'kind' | 'schema'>): string {
  // NUL is the one character that no PostgreSQL name can hold.
  return `${role}\0${placeOf(place)}`
}

function wholeKinds({ tables, sequences, functions, privileges }: GrantDeclaration) {
  const kinds: ObjectKind[] = [
    ...(tables === '*' ? ['table' as const] : []),
    ...(sequences === '*' ? ['sequence' as const] : []),
    ...(functions === '*' ? ['function' as const, 'procedure' as const] : []),
  ]
  return kinds.map((kind) => [kind, privilegesFor(kind, privileges)] as const)
}

/** Aurora DSQL: `feature not supported on system entity` (0A000) for any GRANT on schema public. */
function publicProblem(schema: CatalogObject, grant: GrantDeclaration, server: RoleServer): string | undefined {
  if (schema.name !== 'public' || !server.publicSchemaIsSystem) return undefined
  const onSchema = grant.privileges === 'none' && !namesObjects(grant)
  if (!onSchema && !grant.privileges.includes('CREATE')) return undefined
  return 'this service lets nobody grant or revoke on schema public; keep the tables in a schema of their own'
}

function reached(
  grant: GrantDeclaration,
  { schema, tables, sequences, functions }: Reach,
  server: RoleServer,
): [ObjectKind, readonly CatalogObject[]][] {
  if (schema === undefined) return []
  const system = schema.name === 'public' && server.publicSchemaIsSystem
  // `none` on tables leaves the schema open for the role's other grants.
  const withSchema = !system && !(grant.privileges === 'none' && namesObjects(grant))
  return [
    ['schema', withSchema ? [schema] : []],
    ['table', tables],
    ['sequence', sequences],
    ['function', functions],
  ]
}

/** Does the grant speak of objects inside the schema? */
function namesObjects({ tables, sequences, functions }: GrantDeclaration): boolean {
  return tables !== undefined || sequences !== undefined || functions !== undefined
}
