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
  const [first] = target.objects as readonly [CatalogObject]
  const action = `GRANT ${items(privileges, target)} ON ${named(target)} TO ${roles.map(identifier).join(', ')}`
  return {
    summary: `grant ${privileges.join(', ')} on ${described(target)} to ${listed(roles, 'role')}`,
    sql: `${maker(first)}${action}`,
    danger: 'widens',
  }
}

/** Takes these privileges away; without any named, everything, privileges on single columns too. */
export function revokePrivileges(
  roles: readonly string[],
  privileges: readonly Privilege[],
  target: Target,
): RoleStatement {
  const [first] = target.objects as readonly [CatalogObject]
  const everything = privileges.length === 0
  const what = everything ? 'ALL PRIVILEGES' : items(privileges, target)
  return {
    summary: `revoke ${everything ? 'everything' : privileges.join(', ')} on ${described(target)} from ${listed(roles, 'role')}`,
    sql: `${maker(first)}REVOKE ${what} ON ${named(target)} FROM ${roles.map(identifier).join(', ')}`,
    danger: 'narrows',
  }
}

/** Is this what a role makes later? */
export function isFuture({ kind }: CatalogObject): boolean {
  return kind.startsWith('future ')
}

/** Default privileges begin with whose objects they are for, and where. */
function maker(object: CatalogObject): string {
  if (!isFuture(object)) return ''
  const place = object.schema === '' ? '' : `IN SCHEMA ${identifier(object.schema)} `
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(object.owner)} ${place}`
}

function items(privileges: readonly Privilege[], { columns }: Target): string {
  const list = columns === undefined ? '' : ` (${columns.map(identifier).join(', ')})`
  return privileges.map((privilege) => privilege + list).join(', ')
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
}

function named({ objects, all }: Target): string {
  const [first] = objects as readonly [CatalogObject]
  if (isFuture(first)) return keywords[first.kind]
  if (all) return `ALL ${keywords[first.kind]}S IN SCHEMA ${identifier(first.schema)}`
  return `${keywords[first.kind]} ${objects.map(reference).join(', ')}`
}

function reference({ kind, schema, name, takes }: CatalogObject): string {
  if (kind === 'schema' || kind === 'database') return identifier(name)
  // The types come from the server, which quotes them as this session must write them.
  return `${identifier(schema)}.${identifier(name)}${takes === null ? '' : `(${takes})`}`
}

function described({ objects, columns, all }: Target): string {
  const [first] = objects as readonly [CatalogObject]
  if (first.kind === 'schema' || first.kind === 'database') {
    return `${first.kind} ${objects.map(({ name }) => shown(name)).join(', ')}`
  }
  const place = first.schema === '' ? 'in every schema' : `in ${shown(first.schema)}`
  if (isFuture(first)) return `every ${first.kind} of ${shown(first.owner)} ${place}`
  if (all) return `all ${objects.length} ${first.kind}s ${place}`
  const part = columns === undefined ? '' : `column ${columns.map(shown).join(', ')} of `
  const names = objects.map((object) => (object.takes === null ? object.name : signature(object)))
  return `${part}${objects.length === 1 ? `${first.kind} ` : ''}${listed(names, first.kind)} ${place}`
}
