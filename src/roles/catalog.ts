import * as sql from './catalog-sql.ts'
import type { GrantDeclaration, Privilege, RoleManifest } from './manifest.ts'
import type { Membership } from './membership.ts'
import { inOrder, type ObjectKind } from './privileges.ts'
import type { RoleServer, SqlClient } from './server.ts'

/** What the database holds today, as far as the declared roles are concerned. */
export interface Catalog {
  readonly session: CatalogSession
  readonly roles: ReadonlyMap<string, CatalogRole>
  readonly memberships: readonly CatalogMembership[]
  /** Without those that belong to an extension. */
  readonly objects: readonly CatalogObject[]
  /** Schemas with objects of an extension, by kind and name: "all in schema" would say too much there. */
  readonly shared: ReadonlySet<string>
  /** Privileges held directly (not through membership or PUBLIC) by declared roles. */
  readonly held: readonly HeldPrivileges[]
  /** Names of columns by table id, of the tables that a grant limits to columns. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>
  /** ARNs that may log in, by role; empty where the server keeps none. */
  readonly arns: ReadonlyMap<string, ReadonlySet<string>>
  /** What keeps roles from being dropped that shall go. */
  readonly keepers: readonly Keeper[]
}

/** How many objects of a database a role owns, or, in another database than this one, holds privileges on. */
interface Keeper {
  readonly role: string
  readonly database: string
  readonly here: boolean
  readonly objects: number
}

/** Who asks, and of which PostgreSQL. */
interface CatalogSession {
  /** Who logged in. */
  readonly login: string
  /** Who runs statements, and so becomes the creator of roles; differs from `login` after SET ROLE. */
  readonly creator: string
  /** As `server_version_num`: 160004. */
  readonly version: number
  /** `createrole_self_grant`: what a creator gets of a role it makes, beside ADMIN. */
  readonly selfGrant: string
}

/** A row of `pg_roles`. */
interface CatalogRole {
  readonly login: boolean
  readonly superuser: boolean
  /** `-1` is no limit. */
  readonly connectionLimit: number
}

/** A membership, with whether it gives the privileges of the role without SET ROLE, or at least with it. */
export interface CatalogMembership extends Membership {
  readonly inherits: boolean
  readonly usable: boolean
}

/** Something that can be granted on. */
export interface CatalogObject {
  /** Kind and oid: oids repeat between catalogs. */
  readonly id: string
  readonly kind: ObjectKind
  /** Empty for a database, and for what is made later in whichever schema. */
  readonly schema: string
  /** Of what is made later: the role that makes it. */
  readonly name: string
  readonly owner: string
  /** Of a sequence that numbers a column: the table's id. */
  readonly partOf: string | null
  /** Of a function: the types of its arguments, as SQL. */
  readonly takes: string | null
}

/** Privileges of one role on objects, or on one column of each. */
export interface HeldPrivileges {
  readonly role: string
  /** Ids of objects. */
  readonly objects: readonly string[]
  readonly column: string | null
  readonly privileges: ReadonlySet<Privilege>
}

/** How far to look. */
export interface CatalogScope {
  /** Into every schema, not only into the declared ones; default `false`. A role that shall go is looked for everywhere. */
  readonly everywhere?: boolean
}

/** Reads the catalogs in at most eight queries, whatever the number of roles and objects. */
export async function readCatalog(
  client: SqlClient,
  manifest: RoleManifest,
  server: RoleServer,
  { everywhere = false }: CatalogScope = {},
): Promise<Catalog> {
  const { allCatalogs = true } = server
  const names = Object.keys(manifest)
  const leaving = names.filter((name) => manifest[name]?.absent)
  const grants = Object.values(manifest).flatMap((declared) => declared.grants ?? [])
  const all = everywhere || leaving.length > 0
  const schemas = all ? null : [...new Set(grants.map((grant) => schemaOf(grant, server)))]
  const limited = grants.filter((grant) => grant.columns !== undefined).flatMap((grant) => grant.tables ?? [])
  const depth = {
    functions: grants.some(({ functions }) => functions !== undefined) || (all && allCatalogs),
    databases: leaving.length > 0 && allCatalogs,
  }
  const rows = async <Row>(text: string, values: unknown[] = []) => (await client.query<Row>(text, values)).rows

  const [session] = await rows<CatalogSession>(sql.session)
  if (session === undefined) throw new Error('The database did not say who is logged in.')
  const roles = await rows<CatalogRole & { name: string }>(sql.roles)
  const memberships = await rows<CatalogMembership>(sql.memberships(session.version))
  const objects = await rows<ObjectRow>(sql.objects(depth), [schemas])
  const held = await rows<HeldRow>(sql.held(depth), [schemas, names])
  const columns = limited.length > 0 ? await rows<ColumnRow>(sql.columns, [schemas, limited]) : []
  const mappings = server.iam === 'aws-iam' ? await rows<{ role: string; arn: string }>(sql.mappings, [names]) : []
  return {
    session,
    roles: new Map(roles.map(({ name, ...role }) => [name, role])),
    memberships,
    ...sorted(objects),
    held: heldPrivileges(held),
    columns: collect(columns.map(({ object, name }) => [object, name])),
    arns: collect(mappings.map(({ role, arn }) => [role, arn])),
    keepers: depth.databases ? await rows<Keeper>(sql.keepers, [leaving]) : [],
  }
}

/** The schema that a grant means. */
export function schemaOf({ schema }: GrantDeclaration, server: RoleServer): string {
  return schema ?? server.schema ?? 'public'
}

interface ColumnRow {
  object: string
  name: string
}

interface ObjectRow extends CatalogObject {
  ofExtension: boolean
}

function sorted(rows: readonly ObjectRow[]): Pick<Catalog, 'objects' | 'shared'> {
  return {
    objects: rows.filter(({ ofExtension }) => !ofExtension),
    shared: new Set(rows.filter(({ ofExtension }) => ofExtension).map(placeOf)),
  }
}

/** A schema's objects of one kind. */
export function placeOf({ kind, schema }: Pick<CatalogObject, 'kind' | 'schema'>): string {
  return `${kind}:${schema}`
}

interface HeldRow {
  objects: string[]
  column: string | null
  roles: string[]
  /** Of each role, by commas. */
  privileges: string[]
}

function heldPrivileges(rows: readonly HeldRow[]): HeldPrivileges[] {
  const sets = new Map<string, ReadonlySet<Privilege>>()
  const setOf = (list: string) => {
    const privileges = sets.get(list) ?? new Set(inOrder(list.split(',') as Privilege[]))
    sets.set(list, privileges)
    return privileges
  }
  return rows.flatMap(({ objects, column, roles, privileges }) =>
    roles.map((role, index) => ({ role, objects, column, privileges: setOf(privileges[index] ?? '') })),
  )
}

function collect(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>()
  for (const [key, value] of pairs) sets.set(key, (sets.get(key) ?? new Set()).add(value))
  return sets
}
