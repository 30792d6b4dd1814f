import { shown } from '../statement.ts'
import { visibleText } from '../visible-text.ts'
import type { Thing } from './survey.ts'

/** One thing as a person reads it: `table shop.Order`. */
export function described(thing: Thing): string {
  return `${thing.kind} ${placed(thing)}`
}

/** Things of one kind and schema as a person reads them: `12 tables Item, Order, Refund … in shop`. */
export function describedAll(things: readonly Thing[]): string {
  const [first] = things
  if (first === undefined) return 'nothing'
  if (things.length === 1) return described(first)
  const names = things.slice(0, 3).map((thing) => named(thing))
  const more = things.length > names.length ? ' …' : ''
  return `${things.length} ${first.kind}s ${names.join(', ')}${more}${first.schema === null ? '' : ` in ${shown(first.schema)}`}`
}

/** The name alone, a function's with the types of its arguments. */
function named({ name, takes }: Thing): string {
  return takes === null ? shown(name) : `${shown(name)}(${visibleText(takes)})`
}

function placed(thing: Thing): string {
  const { kind, schema } = thing
  return schema === null || kind === 'schema' ? named(thing) : `${shown(schema)}.${named(thing)}`
}
