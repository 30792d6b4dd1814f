import type { GrantDeclaration, Privilege } from './manifest.ts'
import type { Membership } from './membership.ts'
import type { FutureKind, ObjectKind } from './privileges.ts'
import type { Unseen } from './readable.ts'
import type { RoleServer } from './server.ts'

/** What the database holds today: as far as the declared roles are concerned, or all of it. */
export interface Catalog {
  readonly session: CatalogSession
  readonly roles: ReadonlyMap<string, CatalogRole>
  readonly memberships: readonly CatalogMembership[]
  /** Without those that belong to an extension, but for their schemas. */
  readonly objects: readonly CatalogObject[]
  /** Schemas with objects of an extension, by kind and name: "all in schema" would say too much there. */
  readonly shared: ReadonlySet<string>
  /** Privileges held directly, not through membership. */
  readonly held: readonly HeldPrivileges[]
  /** Names of columns by table id, of the tables that a grant limits to columns. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>
  /** ARNs that may log in, by role; empty where the server keeps none. */
  readonly arns: ReadonlyMap<string, ReadonlySet<string>>
  /** What keeps roles from being dropped that shall go. */
  readonly keepers: readonly Keeper[]
  /** What the server does not let this session look at, in words; empty on RDS and Aurora. */
  readonly unseen: Readonly<Unseen>
}

/** How many objects of a database a role owns, or holds `rights` on that are not looked at, or has anything to do with in another one. */
export interface Keeper {
  readonly role: string
  readonly database: string
  readonly here: boolean
  readonly rights: boolean
  readonly objects: number
  /** The first three of them in this database, in the server's words. */
  readonly words: readonly string[]
}

/** Who asks, where, and of which PostgreSQL. */
export interface CatalogSession {
  readonly database: string
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
export interface CatalogRole extends Readonly<Record<Attribute, boolean>> {
  readonly name: string
  readonly login: boolean
  /** Does it use the privileges of its groups? Since PostgreSQL 16 only the default of each new membership. */
  readonly inherit: boolean
  /** `-1` is no limit. */
  readonly connectionLimit: number
  /** PostgreSQL's or the service's own, there from the first day. */
  readonly builtIn: boolean
}

/** What a role may do whatever is granted. */
export type Attribute = 'superuser' | 'createRole' | 'createDatabase' | 'replication' | 'bypassRls'

/** A membership, with whether it gives the privileges of the role without SET ROLE, or at least with it. */
export interface CatalogMembership extends Membership {
  readonly inherits: boolean
  readonly usable: boolean
  /** Who granted it, as far as it gives anything; since PostgreSQL 16 several may have. */
  readonly grantors: readonly string[]
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
  /** Of a function: SECURITY DEFINER, it acts with the rights of its owner. */
  readonly asOwner: boolean
  /** Is it the project's, and not of the server or an extension? */
  readonly ours: boolean
}

/** Something that is there today. */
export type CatalogThing = CatalogObject & { readonly kind: ThingKind }

/** The kinds of things that are there today. */
export type ThingKind = Exclude<ObjectKind, FutureKind>

/** Is it there today, and not a word on what is made later? */
export function isThing(object: CatalogObject): object is CatalogThing {
  return !object.kind.startsWith('future ')
}

/** Privileges that one role was given by another on objects, or on one column of each. */
export interface HeldPrivileges {
  /** `null` is PUBLIC, which is everybody. */
  readonly role: string | null
  readonly grantor: string
  /** Ids of objects; what everybody holds alike shares one list. */
  readonly objects: readonly string[]
  readonly column: string | null
  readonly privileges: ReadonlySet<Privilege>
  /** Those of them that the role may hand on: WITH GRANT OPTION. */
  readonly grantable: ReadonlySet<Privilege>
}

/** The schema that a grant means. */
export function schemaOf({ schema }: GrantDeclaration, server: RoleServer): string {
  return schema ?? server.schema ?? 'public'
}

/** A schema's objects of one kind. */
export function placeOf({ kind, schema }: Pick<CatalogObject, 'kind' | 'schema'>): string {
  return `${kind}:${schema}`
}
