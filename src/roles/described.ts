import { type CatalogObject, isThing } from './catalog.ts'
import { listed, shown } from './statement.ts'
import { visibleText } from './visible-text.ts'

/** Objects of one kind and schema as a person reads them: `table Order in shop`, `12 tables Item, Order, Refund … in shop`. */
export function described(objects: readonly CatalogObject[]): string {
  const [first] = objects as readonly [CatalogObject]
  const { kind } = first
  if (!isThing(first)) return `every ${kind} of ${shown(first.owner)} ${placed(first)}`
  if (kind === 'schema' || kind === 'database') return `${kind} ${objects.map(named).join(', ')}`
  return `${objects.length === 1 ? `${kind} ` : ''}${listed(objects.map(named), kind)} ${placed(first)}`
}

/** Where the object is. */
export function placed({ schema }: Pick<CatalogObject, 'schema'>): string {
  return schema === '' ? 'in every schema' : `in ${shown(schema)}`
}

/** The name alone, a function's with the types of its arguments, which the server has quoted. */
function named({ name, takes }: CatalogObject): string {
  return takes === null ? shown(name) : `${shown(name)}(${visibleText(takes)})`
}
