import type {
  Catalog,
  CatalogMembership,
  CatalogObject,
  CatalogRole,
  CatalogSession,
  HeldPrivileges,
  Keeper,
} from './catalog.ts'
import { placeOf, schemaOf } from './catalog.ts'
import * as sql from './catalog-sql.ts'
import type { Privilege, RoleManifest } from './manifest.ts'
import { inOrder } from './privileges.ts'
import { readable } from './readable.ts'
import type { RoleServer, SqlClient } from './server.ts'

/** How far to look. */
export interface CatalogScope {
  /** Into every schema, not only into the declared ones; default `false`. A role that shall go is looked for everywhere. */
  readonly everywhere?: boolean
  /** At what everybody holds, not only at the declared roles; default `false`. */
  readonly everybody?: boolean
}

/** Reads the catalogs in at most eight queries, whatever the number of roles and objects; three more where it must be tried what can be read. */
export async function readCatalog(
  client: SqlClient,
  manifest: RoleManifest,
  server: RoleServer,
  { everywhere = false, everybody = false }: CatalogScope = {},
): Promise<Catalog> {
  const names = Object.keys(manifest)
  const leaving = names.filter((name) => manifest[name]?.absent)
  const grants = Object.values(manifest).flatMap((declared) => declared.grants ?? [])
  const schemas = [...new Set(grants.map((grant) => schemaOf(grant, server)))]
  const limited = grants.filter((grant) => grant.columns !== undefined).flatMap((grant) => grant.tables ?? [])
  const all = everywhere || leaving.length > 0
  const declared = grants.some(({ functions }) => functions !== undefined)
  const { depth, unseen } = await readable(client, server, {
    functions: all || declared,
    databases: everybody || leaving.length > 0,
    dependencies: leaving.length > 0,
  })
  const scope = { ...depth, everywhere: all, system: systemSchemas(server) }
  const holders = everybody ? null : names
  const rows = async <Row>(text: string, values: unknown[] = []) => (await client.query<Row>(text, values)).rows

  const [session] = await rows<CatalogSession>(sql.session)
  if (session === undefined) throw new Error('The database did not say who is logged in.')
  const roles = await rows<CatalogRole>(sql.roles)
  const memberships = await rows<CatalogMembership>(sql.memberships(session.version))
  const objects = await rows<ObjectRow>(sql.objects(scope), [schemas])
  const held = await rows<HeldRow>(sql.held(scope), [schemas, holders])
  const columns = limited.length > 0 ? await rows<ColumnRow>(sql.columns(scope), [schemas, limited]) : []
  const mappings = server.iam === 'aws-iam' ? await rows<{ role: string; arn: string }>(sql.mappings, [holders]) : []
  return {
    session,
    roles: new Map(roles.map((role) => [role.name, role])),
    memberships,
    ...sorted(objects, scope.system),
    held: heldPrivileges(held),
    columns: collect(columns.map(({ object, name }) => [object, name])),
    arns: collect(mappings.map(({ role, arn }) => [role, arn])),
    keepers: depth.dependencies ? await rows<Keeper>(sql.keepers(scope), [leaving]) : [],
    unseen,
  }
}

/** Schemas that belong to nobody's project, beside those whose names begin with `pg_`. */
function systemSchemas({ iam }: RoleServer): readonly string[] {
  return ['information_schema', ...(iam === 'aws-iam' ? ['sys'] : [])]
}

interface ColumnRow {
  object: string
  name: string
}

interface ObjectRow extends Omit<CatalogObject, 'ours'> {
  ofExtension: boolean
}

function sorted(rows: readonly ObjectRow[], system: readonly string[]): Pick<Catalog, 'objects' | 'shared'> {
  const isSystem = ({ schema }: ObjectRow) => schema.startsWith('pg_') || system.includes(schema)
  return {
    objects: rows
      .filter(({ kind, ofExtension }) => kind === 'schema' || !ofExtension)
      .map(({ ofExtension, ...object }) => ({
        ...object,
        ours: !ofExtension && !isSystem({ ...object, ofExtension }),
      })),
    shared: new Set(rows.filter(({ ofExtension }) => ofExtension).map(placeOf)),
  }
}

interface HeldRow {
  objects: string[]
  column: string | null
  roles: (string | null)[]
  grantors: string[]
  /** Of each role, by commas; `*` after one that may be handed on. */
  privileges: string[]
}

function heldPrivileges(rows: readonly HeldRow[]): HeldPrivileges[] {
  const lists = new Map<string, Pick<HeldPrivileges, 'privileges' | 'grantable'>>()
  const listOf = (written: string) => {
    const known = lists.get(written)
    if (known !== undefined) return known
    const items = written.split(',')
    const named = (list: string[]) => new Set(inOrder(list.map((item) => item.replace('*', '') as Privilege)))
    const made = { privileges: named(items), grantable: named(items.filter((item) => item.endsWith('*'))) }
    lists.set(written, made)
    return made
  }
  return rows.flatMap(({ objects, column, roles, grantors, privileges }) =>
    roles.map((role, index) => ({
      role,
      grantor: grantors[index] ?? '',
      objects,
      column,
      ...listOf(privileges[index] ?? ''),
    })),
  )
}

function collect(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>()
  for (const [key, value] of pairs) sets.set(key, (sets.get(key) ?? new Set()).add(value))
  return sets
}
