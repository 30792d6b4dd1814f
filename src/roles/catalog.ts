import * as sql from './catalog-sql.ts'
import type { Privilege, RoleManifest } from './manifest.ts'
import type { Membership } from './membership.ts'
import type { ObjectKind } from './privileges.ts'
import type { RoleServer, SqlClient } from './server.ts'

/** What the database holds today, as far as the declared roles are concerned. */
export interface Catalog {
  readonly session: CatalogSession
  readonly roles: ReadonlyMap<string, CatalogRole>
  readonly memberships: readonly CatalogMembership[]
  readonly objects: readonly CatalogObject[]
  /** Privileges held directly (not through membership or PUBLIC) by declared roles. */
  readonly held: readonly HeldPrivileges[]
  /** Names of columns by table id, of the tables that a grant limits to columns. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>
  /** ARNs that may log in, by role; empty where the server keeps none. */
  readonly arns: ReadonlyMap<string, ReadonlySet<string>>
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

/** A membership, with whether it gives the privileges of the role without SET ROLE. */
interface CatalogMembership extends Membership {
  readonly inherits: boolean
}

/** Something that can be granted on. */
export interface CatalogObject {
  /** Kind and oid: oids repeat between catalogs. */
  readonly id: string
  readonly kind: ObjectKind
  readonly schema: string
  readonly name: string
  readonly owner: string
  /** Of a sequence that numbers a column: the table's id. */
  readonly partOf: string | null
}

/** Privileges of one role on one object, or on one column of it. */
export interface HeldPrivileges {
  readonly role: string
  readonly object: string
  readonly column: string | null
  readonly privileges: ReadonlySet<Privilege>
}

/** Reads the catalogs in a fixed number of queries, whatever the number of roles and objects. */
export async function readCatalog(client: SqlClient, manifest: RoleManifest, server: RoleServer): Promise<Catalog> {
  const names = Object.keys(manifest)
  const grants = Object.values(manifest).flatMap((declared) => declared.grants ?? [])
  const schemas = [...new Set(grants.map((grant) => grant.schema))]
  const limited = grants.filter((grant) => grant.columns !== undefined).flatMap((grant) => grant.tables ?? [])
  const rows = async <Row>(text: string, values: unknown[] = []) => (await client.query<Row>(text, values)).rows

  const [session] = await rows<CatalogSession>(sql.session)
  if (session === undefined) throw new Error('The database did not say who is logged in.')
  const roles = await rows<CatalogRole & { name: string }>(sql.roles)
  const memberships = await rows<CatalogMembership>(sql.memberships(session.version))
  const objects = await rows<CatalogObject>(sql.objects, [schemas])
  const held = await rows<HeldRow>(sql.held, [schemas, names])
  const columns = await rows<{ object: string; name: string }>(sql.columns, [schemas, limited])
  const mappings = server.iam === 'aws-iam' ? await rows<{ role: string; arn: string }>(sql.mappings, [names]) : []
  return {
    session,
    roles: new Map(roles.map(({ name, ...role }) => [name, role])),
    memberships,
    objects,
    held: heldPrivileges(held),
    columns: collect(columns.map(({ object, name }) => [object, name])),
    arns: collect(mappings.map(({ role, arn }) => [role, arn])),
  }
}

interface HeldRow {
  role: string
  object: string
  column: string | null
  privileges: string
}

function heldPrivileges(rows: readonly HeldRow[]): HeldPrivileges[] {
  const sets = new Map<string, ReadonlySet<Privilege>>()
  return rows.map(({ role, object, column, privileges: list }) => {
    const privileges = sets.get(list) ?? new Set(list.split(',') as Privilege[])
    sets.set(list, privileges)
    return { role, object, column, privileges }
  })
}

function collect(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>()
  for (const [key, value] of pairs) sets.set(key, (sets.get(key) ?? new Set()).add(value))
  return sets
}
