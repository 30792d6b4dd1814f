import { identifier } from '../sql/quote.ts'
import { type CatalogObject, isThing } from './catalog.ts'
import { described, placed } from './described.ts'
import type { Privilege } from './manifest.ts'
import type { ObjectKind } from './privileges.ts'
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
    summary: `grant ${privileges.join(', ')} on ${targetWords(target)} to ${holderWords(roles)}`,
    sql: `${maker(target)}GRANT ${items(privileges, target)} ON ${named(target)} TO ${holders(roles)}`,
    danger: 'widens',
  }
}

/** Takes these privileges away; without any named, everything, privileges on single columns too. `null` is PUBLIC. */
export function revokePrivileges(
  roles: readonly (string | null)[],
  privileges: readonly Privilege[],
  target: Target,
): RoleStatement {
  const everything = privileges.length === 0
  const what = everything ? 'ALL PRIVILEGES' : items(privileges, target)
  return {
    summary: `revoke ${everything ? 'everything' : privileges.join(', ')} on ${targetWords(target)} from ${holderWords(roles)}`,
    sql: `${maker(target)}REVOKE ${what} ON ${named(target)} FROM ${holders(roles)}`,
    danger: 'narrows',
  }
}

/** Takes away that these privileges may be handed on, and leaves the privileges. */
export function revokeGrantOption(
  roles: readonly string[],
  privileges: readonly Privilege[],
  target: Target,
): RoleStatement {
  return {
    summary: `keep ${holderWords(roles)} from handing on ${privileges.join(', ')} on ${targetWords(target)}`,
    sql: `${maker(target)}REVOKE GRANT OPTION FOR ${items(privileges, target)} ON ${named(target)} FROM ${holders(roles)}`,
    danger: 'narrows',
  }
}

/** Gives an object to another owner. */
export function changeOwner(object: CatalogObject, owner: string): string {
  return `ALTER ${named({ objects: [object] })} OWNER TO ${identifier(owner)}`
}

/** Default privileges begin with whose objects they are for, and where. */
function maker({ objects }: Target): string {
  const [first] = objects as readonly [CatalogObject]
  if (isThing(first)) return ''
  const place = first.schema === '' ? '' : `IN SCHEMA ${identifier(first.schema)} `
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(first.owner)} ${place}`
}

function items(privileges: readonly Privilege[], { columns }: Target): string {
  const list = columns === undefined ? '' : ` (${columns.map(identifier).join(', ')})`
  return privileges.map((privilege) => privilege + list).join(', ')
}

function holders(roles: readonly (string | null)[]): string {
  return roles.map((role) => (role === null ? 'PUBLIC' : identifier(role))).join(', ')
}

const keywords: Record<ObjectKind, string> = {
  database: 'DATABASE',
  schema: 'SCHEMA',
  table: 'TABLE',
  sequence: 'SEQUENCE',
  function: 'FUNCTION',
  procedure: 'PROCEDURE',
  'future table': 'TABLES',
  'future sequence': 'SEQUENCES',
  'future function': 'FUNCTIONS',
  'future schema': 'SCHEMAS',
  'future type': 'TYPES',
  'future large object': 'LARGE OBJECTS',
}

function named({ objects, all }: Target): string {
  const [first] = objects as readonly [CatalogObject]
  const keyword = keywords[first.kind]
  if (!isThing(first)) return keyword
  if (all) return `ALL ${keyword}S IN SCHEMA ${identifier(first.schema)}`
  return `${keyword} ${objects.map(reference).join(', ')}`
}

function reference({ kind, schema, name, takes }: CatalogObject): string {
  if (kind === 'schema' || kind === 'database') return identifier(name)
  // The types come from the server, which quotes them as this session must write them.
  return `${identifier(schema)}.${identifier(name)}${takes === null ? '' : `(${takes})`}`
}

function targetWords({ objects, columns, all }: Target): string {
  const [first] = objects as readonly [CatalogObject]
  if (all) return `all ${objects.length} ${first.kind}s ${placed(first)}`
  return `${columns === undefined ? '' : `column ${columns.map(shown).join(', ')} of `}${described(objects)}`
}

function holderWords(roles: readonly (string | null)[]): string {
  return listed(
    roles.map((role) => (role === null ? 'everybody (PUBLIC)' : shown(role))),
    'role',
  )
}
