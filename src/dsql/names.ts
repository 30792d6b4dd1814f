import { Buffer } from 'node:buffer'
import type { Node, RangeVar } from 'libpg-query'
import type { ObjectName } from '../steps/step.ts'
import type { Statement } from './statement.ts'

/** The name that a tree's reference to a relation means. */
export function nameOf(relation: RangeVar | undefined): ObjectName {
  const { schemaname, relname = '' } = relation ?? {}
  return qualified(schemaname, relname)
}

/** The name that a list of strings spells, schema first. */
export function nameOfList(nodes: readonly Node[] | undefined): ObjectName {
  const words = stringsOf(nodes)
  return qualified(words.at(-2), words.at(-1) ?? '')
}

/** The strings of a list. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []))
}

function qualified(schema: string | undefined, name: string): ObjectName {
  return schema === undefined ? { name } : { schema, name }
}

/** Index of the token behind a name of one or more parts that begins at a token. */
export function endOfName({ tokens }: Statement, from: number): number {
  let at = from + 1
  while (tokens[at]?.text === '.') at += 2
  return at
}

const longest = 63

/**
 * The name that PostgreSQL gives a constraint or index that has none: parts joined by `_`, the longer of the first two
 * cut until it fits (makeObjectName).
 */
export function defaultName(table: string, columns: string, label: string): string {
  let [one, two] = [table, columns]
  const room = longest - Buffer.byteLength(label) - (columns === '' ? 1 : 2)
  while (Buffer.byteLength(one) + Buffer.byteLength(two) > room) {
    if (Buffer.byteLength(one) > Buffer.byteLength(two)) one = [...one].slice(0, -1).join('')
    else two = [...two].slice(0, -1).join('')
  }
  return [one, ...(two === '' ? [] : [two]), label].join('_')
}
