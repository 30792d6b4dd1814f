import { didYouMean } from '../nearest.ts'
import { isBookkeeping } from './bookkeeping.ts'
import { type Catalog, type CatalogObject, placeOf, schemaOf } from './catalog.ts'
import { futureKinds } from './future.ts'
import type { GrantDeclaration } from './manifest.ts'
import type { ObjectKind } from './privileges.ts'
import type { RoleServer } from './server.ts'
import { findFunction } from './signature.ts'

/** What the database has of what a grant names. */
export interface Reach {
  readonly schema: CatalogObject | undefined
  readonly tables: readonly CatalogObject[]
  readonly sequences: readonly CatalogObject[]
  readonly functions: readonly CatalogObject[]
  /** What stands for the objects that are made later. */
  readonly future: readonly CatalogObject[]
  /** Prisma's history of migrations and the like, where later objects could be it. */
  readonly bookkeeping: readonly CatalogObject[]
  /** Names that the database does not have, with the nearest that it has. */
  readonly problems: readonly string[]
}

/** Finds what grants name. */
export function finder(
  { objects, columns, session, unseen }: Catalog,
  server: RoleServer,
): (grant: GrantDeclaration) => Reach {
  const places = new Map<string, Map<string, CatalogObject>>()
  for (const object of objects) {
    const place = places.get(placeOf(object)) ?? new Map<string, CatalogObject>()
    // Functions share names; their ids tell them apart.
    places.set(placeOf(object), place.set(object.takes === null ? object.name : object.id, object))
  }
  const at = (kind: ObjectKind, schema: string) => places.get(placeOf({ kind, schema })) ?? nothing

  return (grant) => {
    const name = schemaOf(grant, server)
    const schema = at('schema', name).get(name)
    if (schema === undefined) {
      const known = objects.filter(({ kind }) => kind === 'schema').map((object) => object.name)
      return { ...empty, problems: [missing('schema', name, known)] }
    }
    const tables = choose('table', grant.tables, at('table', name))
    const sequences = choose('sequence', grant.sequences, at('sequence', name))
    const functions = chooseFunctions(grant.functions, [
      ...at('function', name).values(),
      ...at('procedure', name).values(),
    ])
    const future = futureKinds(grant).flatMap((kind) => at(kind, name).get(session.creator) ?? [])
    const behind = grant.sequences === undefined && typeof grant.privileges === 'string'
    return {
      schema,
      tables: tables.chosen,
      sequences: behind ? numbering(tables.chosen, at('sequence', name)) : sequences.chosen,
      functions: functions.chosen,
      future,
      bookkeeping:
        future.length > 0 ? [...at('table', name).values()].filter((table) => isBookkeeping(table.name)) : [],
      problems: [
        ...(grant.models === undefined
          ? []
          : ['models are known where the config is loaded, and not here; name tables']),
        ...tables.problems,
        ...sequences.problems,
        ...(unseen.functions === undefined || grant.functions === undefined ? functions.problems : [unseen.functions]),
        ...missingColumns(grant, tables.chosen, columns),
      ],
    }
  }
}

interface Choice {
  readonly chosen: readonly CatalogObject[]
  readonly problems: readonly string[]
}

const empty = { schema: undefined, tables: [], sequences: [], functions: [], future: [], bookkeeping: [] }
const nothing: ReadonlyMap<string, CatalogObject> = new Map()

function choose(
  kind: ObjectKind,
  named: GrantDeclaration['tables'],
  known: ReadonlyMap<string, CatalogObject>,
): Choice {
  if (named === undefined) return { chosen: [], problems: [] }
  if (named === '*') return { chosen: [...known.values()].filter(({ name }) => !isBookkeeping(name)), problems: [] }
  const names = [...new Set(named)]
  return {
    chosen: names.map((name) => known.get(name)).filter((object) => object !== undefined),
    problems: names.filter((name) => !known.has(name)).map((name) => missing(kind, name, known.keys())),
  }
}

function chooseFunctions(named: GrantDeclaration['functions'], known: readonly CatalogObject[]): Choice {
  if (named === undefined) return { chosen: [], problems: [] }
  if (named === '*') return { chosen: known, problems: [] }
  const found = named.map((written) => findFunction(written, known))
  return {
    chosen: [...new Set(found.filter((one) => 'id' in one))],
    problems: found.filter((one) => 'problem' in one).map(({ problem }) => problem),
  }
}

/** The sequences that number columns of the tables. */
function numbering(tables: readonly CatalogObject[], sequences: ReadonlyMap<string, CatalogObject>): CatalogObject[] {
  if (sequences.size === 0) return []
  const ids = new Set(tables.map(({ id }) => id))
  return [...sequences.values()].filter(({ partOf }) => partOf !== null && ids.has(partOf))
}

function missingColumns(
  { columns = [] }: GrantDeclaration,
  tables: readonly CatalogObject[],
  known: Catalog['columns'],
): string[] {
  if (columns.length === 0) return []
  return tables.flatMap((table) => {
    const names = known.get(table.id) ?? new Set<string>()
    return columns
      .filter((column) => !names.has(column))
      .map((column) => `${missing('column', column, names)} in table ${JSON.stringify(table.name)}`)
  })
}

/** Says that a name is not there, and which is nearest. */
export function missing(kind: string, name: string, known: Iterable<string>): string {
  return `there is no ${kind} ${JSON.stringify(name)}${didYouMean(name, known)}`
}
