import { identifier } from '../sql/quote.ts'
import type { CatalogObject } from './catalog.ts'
import type { Privilege } from './manifest.ts'
import type { ObjectKind } from './privileges.ts'
import { signature } from './signature.ts'
import { listed, type RoleStatement, shown } from './statement.ts'

/** Objects of one kind and schema. */
export interface Target {
  readonly objects: readonly CatalogObject[]
  /** Only these columns of a table. */
  readonly columns?: readonly string[]
  /** These are all that the schema has, so that they need not be named. */
  readonly all?: true
}

/** Privileges for roles that lack the same. */
export function grantPrivileges(
  roles: readonly string[],
  privileges: readonly Privilege[],
  target: Target,
): RoleStatement {
  return {
    summary: `grant ${privileges.join(', ')} on ${described(target)} to ${listed(roles, 'role')}`,
    sql: `GRANT ${items(privileges, target)} ON ${named(target)} TO ${roles.map(identifier).join(', ')}`,
    danger: 'widens',
  }
}

/** Takes everything on the objects away, privileges on single columns too. */
export function revokePrivileges(roles: readonly string[], target: Target): RoleStatement {
  return {
    summary: `revoke everything on ${described(target)} from ${listed(roles, 'role')}`,
    sql: `REVOKE ALL PRIVILEGES ON ${named(target)} FROM ${roles.map(identifier).join(', ')}`,
    danger: 'narrows',
  }
}

function items(privileges: readonly Privilege[], { columns }: Target): string {
  const list = columns === undefined ? '' : ` (${columns.map(identifier).join(', ')})`
  return privileges.map((privilege) => privilege + list).join(', ')
}

const keywords: Record<ObjectKind, string> = {
  schema: 'SCHEMA',
  table: 'TABLE',
  sequence: 'SEQUENCE',
  function: 'FUNCTION',
  procedure: 'PROCEDURE',
}

function named({ objects, all }: Target): string {
  const [first] = objects as readonly [CatalogObject]
  if (all) return `ALL ${keywords[first.kind]}S IN SCHEMA ${identifier(first.schema)}`
  return `${keywords[first.kind]} ${objects.map(reference).join(', ')}`
}

function reference({ kind, schema, name, takes }: CatalogObject): string {
  if (kind === 'schema') return identifier(name)
  // The types come from the server, which quotes them as this session must write them.
  return `${identifier(schema)}.${identifier(name)}${takes === null ? '' : `(${takes})`}`
}

function described({ objects, columns, all }: Target): string {
  const [first] = objects as readonly [CatalogObject]
  if (first.kind === 'schema') return `schema ${objects.map(({ name }) => shown(name)).join(', ')}`
  const place = `in ${shown(first.schema)}`
  if (all) return `all ${objects.length} ${first.kind}s ${place}`
  const part = columns === undefined ? '' : `column ${columns.map(shown).join(', ')} of `
  const names = objects.map((object) => (object.takes === null ? object.name : signature(object)))
  return `${part}${objects.length === 1 ? `${first.kind} ` : ''}${listed(names, first.kind)} ${place}`
}
