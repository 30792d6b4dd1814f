import { didYouMean } from '../nearest.ts'
import { AccessTable } from './access.ts'
import { isBookkeeping } from './bookkeeping.ts'
import type { Catalog, CatalogObject } from './catalog.ts'
import type { GrantDeclaration, RoleManifest } from './manifest.ts'
import { type ObjectKind, privilegesFor } from './privileges.ts'
import type { RoleServer } from './server.ts'

/** The declared grants, with every `'*'` and preset spelled out against what the database has. */
export interface WantedAccess {
  readonly granted: AccessTable
  /** What is declared `none`; it wins over `granted`. */
  readonly denied: AccessTable
  /** Names that the database does not have, and grants that the service cannot give. */
  readonly problems: readonly string[]
}

/** Spells out the declared grants; pure. */
export function wantedAccess(manifest: RoleManifest, catalog: Catalog, server: RoleServer): WantedAccess {
  const find = finder(catalog)
  const granted = new AccessTable()
  const denied = new AccessTable()
  const problems: string[] = []
  for (const [role, { grants = [] }] of Object.entries(manifest)) {
    for (const grant of grants) {
      const found = find(grant)
      const schemaProblem = found.schema && publicProblem(found.schema, grant, server)
      problems.push(
        ...[...found.problems, ...(schemaProblem ? [schemaProblem] : [])].map(
          (text) => `role ${JSON.stringify(role)}: ${text}`,
        ),
      )
      const table = grant.privileges === 'none' ? denied : granted
      for (const [kind, objects] of reached(grant, found, server)) {
        const privileges = new Set(privilegesFor(kind, grant.privileges))
        const columns = (kind === 'table' && grant.columns) || [null]
        for (const object of objects) for (const column of columns) table.add(role, object, column, privileges)
      }
    }
  }
  return { granted, denied, problems }
}

interface Found {
  schema: CatalogObject | undefined
  tables: readonly CatalogObject[]
  sequences: readonly CatalogObject[]
  problems: readonly string[]
}

function finder({ objects, columns }: Catalog): (grant: GrantDeclaration) => Found {
  const byPlace = new Map<string, Map<string, CatalogObject>>()
  const place = (kind: ObjectKind, schema: string) => {
    const key = `${kind}:${schema}`
    const known = byPlace.get(key) ?? new Map<string, CatalogObject>()
    byPlace.set(key, known)
    return known
  }
  for (const object of objects) place(object.kind, object.schema).set(object.name, object)

  return (grant) => {
    const schema = place('schema', grant.schema).get(grant.schema)
    if (schema === undefined) {
      const known = objects.filter(({ kind }) => kind === 'schema').map(({ name }) => name)
      return { schema, tables: [], sequences: [], problems: [missing('schema', grant.schema, known)] }
    }
    const tables = choose('table', grant.tables, place('table', grant.schema))
    const sequences = choose('sequence', grant.sequences, place('sequence', grant.schema))
    if (grant.sequences === undefined && typeof grant.privileges === 'string') {
      const numbered = new Set(tables.chosen.map(({ id }) => id))
      for (const sequence of place('sequence', grant.schema).values()) {
        if (sequence.partOf !== null && numbered.has(sequence.partOf)) sequences.chosen.push(sequence)
      }
    }
    const columnless = tables.chosen.flatMap((table) =>
      (grant.columns ?? [])
        .filter((column) => !columns.get(table.id)?.has(column))
        .map(
          (column) =>
            `${missing('column', column, columns.get(table.id) ?? [])} in table ${JSON.stringify(table.name)}`,
        ),
    )
    const problems = [...tables.problems, ...sequences.problems, ...columnless]
    return { schema, tables: tables.chosen, sequences: sequences.chosen, problems }
  }
}

function choose(kind: ObjectKind, named: '*' | readonly string[] | undefined, known: Map<string, CatalogObject>) {
  if (named === undefined) return { chosen: [], problems: [] }
  if (named === '*') return { chosen: [...known.values()].filter(({ name }) => !isBookkeeping(name)), problems: [] }
  const chosen: CatalogObject[] = []
  const problems: string[] = []
  for (const name of new Set(named)) {
    const object = known.get(name)
    if (object === undefined) problems.push(missing(kind, name, known.keys()))
    else chosen.push(object)
  }
  return { chosen, problems }
}

function missing(kind: string, name: string, known: Iterable<string>): string {
  return `there is no ${kind} ${JSON.stringify(name)}${didYouMean(name, known)}`
}

/** Aurora DSQL: `feature not supported on system entity` (0A000) for any GRANT on schema public. */
function publicProblem(schema: CatalogObject, grant: GrantDeclaration, server: RoleServer): string | undefined {
  if (schema.name !== 'public' || !server.publicSchemaIsSystem) return undefined
  const onSchema = grant.privileges === 'none' && grant.tables === undefined && grant.sequences === undefined
  if (!onSchema && !grant.privileges.includes('CREATE')) return undefined
  return 'this service lets nobody grant or revoke on schema public; keep the tables in a schema of their own'
}

function reached(grant: GrantDeclaration, found: Found, server: RoleServer): [ObjectKind, readonly CatalogObject[]][] {
  const { schema, tables, sequences } = found
  if (schema === undefined) return []
  const system = schema.name === 'public' && server.publicSchemaIsSystem
  // `none` on tables leaves the schema open for the role's other grants.
  const inside = grant.tables !== undefined || grant.sequences !== undefined
  const withSchema = !system && !(grant.privileges === 'none' && inside)
  return [
    ['schema', withSchema ? [schema] : []],
    ['table', tables],
    ['sequence', sequences],
  ]
}
