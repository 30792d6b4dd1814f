import { scan, type Token } from '../../statements/tokens.ts'
import { literal } from '../literal.ts'
import { parse, walk } from '../parser.ts'
import { remembered } from '../remembered.ts'

/** A table that a transaction has a copy of. */
export interface Copied {
  schema: string
  name: string
}

/** What resolves to the tables that these statements name, in the session's own search path; undefined for none. */
export function tablesNamed(statements: readonly string[]): string | undefined {
  const names = new Set(statements.flatMap(relations))
  if (names.size === 0) return undefined
  return `ARRAY[${[...names].map((name) => `to_regclass(${literal(name)})::oid`).join(', ')}]`
}

/** Whether a statement names a table at all. */
export function namesTables(statement: string): boolean {
  return relations(statement).length > 0
}

/**
 * Points a script to the copies: where a table is named with its schema, `pg_temp` takes the schema's place. Names
 * without a schema find temporary tables by themselves.
 */
export function redirect(sql: string, copied: readonly Copied[]): string {
  let text = ''
  let at = 0
  const tokens = scan(sql)
  for (const [index, token] of tokens.entries()) {
    const [dot, name] = [tokens[index + 1], tokens[index + 2]]
    if (dot?.text !== '.' || tokens[index - 1]?.text === '.') continue
    const [schema, table] = [identifier(token), identifier(name)]
    if (!copied.some((each) => each.schema === schema && each.name === table)) continue
    text += `${sql.slice(at, token.start)}pg_temp`
    at = token.end
  }
  return text + sql.slice(at)
}

const relations = remembered((sql): readonly string[] => {
  const tree = parse(sql)
  return tree ? [...walk(tree)].flatMap(([type, fields]) => relation(type, fields)) : []
})

// An INSERT, UPDATE or DELETE holds its table without the name of the node type, under "relation".
function relation(type: string, fields: Record<string, unknown>): string[] {
  const inner = type === 'RangeVar' ? fields : fields.relation
  if (typeof inner !== 'object' || inner === null || !('relname' in inner)) return []
  return [nameOf(inner as { schemaname?: string; relname: string })]
}

/** A table's name as SQL has it, with its schema where that is given. */
export function nameOf({ schemaname, relname = '' }: { schemaname?: string; relname?: string }): string {
  return `${schemaname === undefined ? '' : `${quote(schemaname)}.`}${quote(relname)}`
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function identifier(token: Token | undefined): string | undefined {
  if (token?.kind === 'word') return token.text.toLowerCase()
  return token?.kind === 'quoted' ? token.text.slice(1, -1).replaceAll('""', '"') : undefined
}
