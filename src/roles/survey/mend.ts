import { identifier } from '../../sql/quote.ts'
import type { Thing, ThingKind } from './survey.ts'

/** Takes privileges on things of one kind from a role, or from PUBLIC where none is named. */
export function revoke(
  privileges: readonly string[],
  things: readonly Thing[],
  role: string | null,
  column: string | null = null,
): string {
  const list = column === null ? '' : ` (${identifier(column)})`
  const what = privileges.map((privilege) => privilege + list).join(', ')
  const [first] = things
  const kind = first === undefined ? '' : keywords[first.kind]
  return `REVOKE ${what} ON ${kind} ${things.map(pathOf).join(', ')} FROM ${role === null ? 'PUBLIC' : identifier(role)}`
}

/** Gives a thing to another owner. */
export function giveTo(owner: string, thing: Thing): string {
  return `ALTER ${keywords[thing.kind]} ${pathOf(thing)} OWNER TO ${identifier(owner)}`
}

const keywords: Record<ThingKind, string> = {
  database: 'DATABASE',
  schema: 'SCHEMA',
  table: 'TABLE',
  sequence: 'SEQUENCE',
  function: 'FUNCTION',
  procedure: 'PROCEDURE',
}

/** The name of a thing as SQL; argument types come from the server, which quotes them itself. */
function pathOf({ kind, schema, name, takes }: Thing): string {
  if (kind === 'database' || kind === 'schema' || schema === null) return identifier(name)
  const path = `${identifier(schema)}.${identifier(name)}`
  return takes === null ? path : `${path}(${takes})`
}
