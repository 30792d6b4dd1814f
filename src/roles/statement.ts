import { identifier, literal } from '../sql/quote.ts'
import type { CatalogObject } from './catalog.ts'
import type { Privilege, RoleDeclaration } from './manifest.ts'
import type { Membership } from './membership.ts'
import type { ObjectKind } from './privileges.ts'

/** One statement for a role, with what it does in words. */
export interface RoleStatement {
  readonly summary: string
  readonly sql: string
  /** Does somebody get more access, or less? */
  readonly danger: 'none' | 'widens' | 'narrows'
}

/** A new role can do nothing yet. */
export function createRole(name: string, { login = true, connectionLimit }: RoleDeclaration): RoleStatement {
  const limit = connectionLimit === undefined ? '' : ` CONNECTION LIMIT ${connectionLimit}`
  return {
    summary: `create ${login ? 'login' : 'group'} role ${shown(name)}`,
    sql: `CREATE ROLE ${identifier(name)} ${login ? 'LOGIN' : 'NOLOGIN'}${limit}`,
    danger: 'none',
  }
}

/** Lets a role log in, or not any more. */
export function alterLogin(name: string, login: boolean): RoleStatement {
  return {
    summary: `${login ? 'let' : 'no longer let'} role ${shown(name)} log in`,
    sql: `ALTER ROLE ${identifier(name)} ${login ? 'LOGIN' : 'NOLOGIN'}`,
    danger: login ? 'widens' : 'narrows',
  }
}

/** Changes how many connections a role may hold. */
export function alterConnectionLimit(name: string, from: number, to: number): RoleStatement {
  return {
    summary: `change the connection limit of ${shown(name)} from ${from} to ${to}`,
    sql: `ALTER ROLE ${identifier(name)} CONNECTION LIMIT ${to}`,
    danger: to === -1 || (from !== -1 && to > from) ? 'widens' : 'narrows',
  }
}

/**
 * Members of `rds_iam` log in by token, and by token only (RDS and Aurora).
 * `restate`: the membership exists but gives nothing without SET ROLE; PostgreSQL 16 can say so per membership.
 */
export function grantMembership({ member, role, restate }: Membership & { restate: boolean }): RoleStatement {
  return {
    summary:
      role === 'rds_iam' ? `let ${shown(member)} log in by IAM` : `make ${shown(member)} a member of ${shown(role)}`,
    sql: `GRANT ${identifier(role)} TO ${identifier(member)}${restate ? ' WITH INHERIT TRUE' : ''}`,
    danger: 'widens',
  }
}

/** Aurora DSQL; a second one for the same pair is an error there. */
export function grantArn(name: string, arn: string): RoleStatement {
  return {
    summary: `let ${arn} log in as ${shown(name)}`,
    sql: `AWS IAM GRANT ${identifier(name)} TO ${literal(arn)}`,
    danger: 'widens',
  }
}

/**
 * `objects` are of one kind and schema; `columns` limits the privileges to these columns of a table.
 * Objects are named one by one: `ALL TABLES IN SCHEMA` would take Prisma's history along, and fails on DSQL's public.
 */
export function grantPrivileges(
  role: string,
  privileges: readonly Privilege[],
  objects: readonly CatalogObject[],
  columns?: readonly string[],
): RoleStatement {
  const list = columns === undefined ? '' : ` (${columns.map(identifier).join(', ')})`
  const items = privileges.map((privilege) => privilege + list).join(', ')
  const where = columns === undefined ? '' : `column ${columns.map(shown).join(', ')} of `
  return {
    summary: `grant ${privileges.join(', ')} on ${where}${described(objects)} to ${shown(role)}`,
    sql: `GRANT ${items} ON ${named(objects)} TO ${identifier(role)}`,
    danger: 'widens',
  }
}

/** Takes everything on the objects away, privileges on single columns too. */
export function revokePrivileges(role: string, objects: readonly CatalogObject[]): RoleStatement {
  return {
    summary: `revoke everything on ${described(objects)} from ${shown(role)}`,
    sql: `REVOKE ALL PRIVILEGES ON ${named(objects)} FROM ${identifier(role)}`,
    danger: 'narrows',
  }
}

/** A name as a person reads it; unusual ones stand in quotes, so that they cannot paint the terminal. */
export function shown(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name)
}

const keywords: Record<ObjectKind, string> = { schema: 'SCHEMA', table: 'TABLE', sequence: 'SEQUENCE' }

function named(objects: readonly CatalogObject[]): string {
  const list = objects.map(({ kind, schema, name }) =>
    kind === 'schema' ? identifier(name) : `${identifier(schema)}.${identifier(name)}`,
  )
  return `${objects[0] === undefined ? '' : keywords[objects[0].kind]} ${list.join(', ')}`
}

function described(objects: readonly CatalogObject[]): string {
  const [first] = objects
  if (first === undefined) return 'nothing'
  if (first.kind === 'schema') return `schema ${objects.map(({ name }) => shown(name)).join(', ')}`
  const list = objects.slice(0, 3).map(({ name }) => shown(name))
  const rest = objects.length - list.length
  const kind = objects.length === 1 ? first.kind : `${objects.length} ${first.kind}s`
  return `${kind} ${list.join(', ')}${rest > 0 ? ' …' : ''} in ${shown(first.schema)}`
}
