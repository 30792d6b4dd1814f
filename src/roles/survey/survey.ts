import * as catalogSql from '../catalog-sql.ts'
import type { Membership } from '../membership.ts'
import type { RoleServer, SqlClient } from '../server.ts'
import * as sql from './survey-sql.ts'

/** Who may do what in one database: every role and every object of the project, declared or not. */
export interface Survey {
  readonly database: string
  /** Were the database itself and functions looked at? Aurora DSQL does not show them. */
  readonly complete: boolean
  /** Who logged in to look, and whose rights it looked with. */
  readonly admin: { readonly login: string; readonly creator: string }
  readonly people: readonly Person[]
  readonly memberships: readonly (Membership & { readonly inherits: boolean })[]
  readonly things: readonly Thing[]
  readonly grants: readonly Grant[]
  readonly defaults: readonly DefaultGrant[]
  /** ARNs by role; empty where the server keeps none. */
  readonly arns: ReadonlyMap<string, readonly string[]>
  /** Roles that have a password; `undefined` where this session may not know. */
  readonly passwords: ReadonlySet<string> | undefined
}

/** A role with its attributes. */
export interface Person extends Readonly<Record<Attribute, boolean>> {
  readonly name: string
  readonly login: boolean
  /** `-1` is no limit. */
  readonly connectionLimit: number
  /** PostgreSQL's or the service's own, there from the first day. */
  readonly builtIn: boolean
}

/** What a role may do whatever is granted. */
export type Attribute = 'superuser' | 'createRole' | 'createDatabase' | 'replication' | 'bypassRls'

/** The kinds of things that are looked at. */
export type ThingKind = 'database' | 'schema' | 'table' | 'sequence' | 'function' | 'procedure'

/** Something that can be granted on. */
export interface Thing {
  /** Kind and oid, as in the catalog of the declared roles. */
  readonly id: string
  readonly kind: ThingKind
  /** Absent of a database. */
  readonly schema: string | null
  readonly name: string
  readonly owner: string
  /** Of a function: the types of its arguments. */
  readonly takes: string | null
  /** Of a function: SECURITY DEFINER, it acts with the rights of its owner. */
  readonly asOwner: boolean
}

/** Privileges of one role on one thing, or on one column of it; no role is PUBLIC, which is everybody. */
export interface Grant {
  readonly object: string
  readonly column: string | null
  readonly role: string | null
  readonly privileges: readonly string[]
}

/** What things that `maker` makes later will grant. */
export interface DefaultGrant {
  readonly maker: string
  readonly schema: string | null
  readonly kind: string
  readonly role: string | null
  readonly privileges: readonly string[]
}

/** Reads the whole database in at most ten queries, however much it holds. */
export async function readSurvey(client: SqlClient, server: RoleServer): Promise<Survey> {
  const rows = async <Row>(text: string, values: unknown[] = []) => (await client.query<Row>(text, values)).rows
  const { allCatalogs = true } = server
  const hidden = [server.iam === 'aws-iam' ? ['sys'] : []]

  const [session] = await rows<{ login: string; creator: string; version: number }>(catalogSql.session)
  if (session === undefined) throw new Error('The database did not say who is logged in.')
  const [database] = await rows<{ name: string }>(sql.database)
  const people = await rows<Person>(sql.people)
  const memberships = await rows<Survey['memberships'][number]>(catalogSql.memberships(session.version))
  const things = await rows<Thing>(sql.things({ allCatalogs }), hidden)
  const grants = await rows<GrantRow>(sql.grants({ allCatalogs }), hidden)
  const defaults = await rows<Omit<DefaultGrant, 'privileges'> & { privileges: string }>(sql.defaults)
  const mappings = server.iam === 'aws-iam' ? await rows<{ role: string; arn: string }>(sql.mappings) : []
  return {
    database: database?.name ?? '',
    complete: allCatalogs,
    admin: { login: session.login, creator: session.creator },
    people,
    memberships,
    things,
    grants: spread(grants),
    defaults: defaults.map((row) => ({ ...row, privileges: row.privileges.split(',') })),
    arns: arnsByRole(mappings),
    passwords: allCatalogs ? await readPasswords(rows) : undefined,
  }
}

interface GrantRow {
  readonly objects: readonly string[]
  readonly column: string | null
  readonly roles: readonly (string | null)[]
  readonly privileges: readonly string[]
}

/** Lists are shared: a hundred roles on two thousand tables hold the same few. */
function spread(rows: readonly GrantRow[]): Grant[] {
  return rows.flatMap(({ objects, column, roles, privileges }) =>
    roles.flatMap((role, at) => {
      const list = (privileges[at] ?? '').split(',')
      return objects.map((object) => ({ object, column, role, privileges: list }))
    }),
  )
}

function arnsByRole(mappings: readonly { role: string; arn: string }[]): Map<string, string[]> {
  const arns = new Map<string, string[]>()
  for (const { role, arn } of mappings) arns.set(role, [...(arns.get(role) ?? []), arn])
  return arns
}

async function readPasswords(rows: <Row>(text: string) => Promise<Row[]>): Promise<ReadonlySet<string> | undefined> {
  const [answer] = await rows<{ sees: boolean }>(sql.seesPasswords)
  if (answer?.sees !== true) return undefined
  return new Set((await rows<{ name: string }>(sql.passwords)).map(({ name }) => name))
}
