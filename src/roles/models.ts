import { didYouMean } from '../nearest.ts'
import type { GrantDeclaration, RoleManifest } from './manifest.ts'

/** A table, and the models that keep their rows there: one, or two for a table that joins them. */
export interface ModelTable {
  readonly models: readonly string[]
  readonly table: string
  /** Absent where the models do not say it: the schema of the connection. */
  readonly schema: string | undefined
}

/** Does any grant name models? */
export function namesModels(manifest: RoleManifest): boolean {
  return Object.values(manifest).some(({ grants = [] }) => grants.some(({ models }) => models !== undefined))
}

/** The manifest with the tables of the models instead of the models; pure. */
export function withTables(
  manifest: RoleManifest,
  known: readonly ModelTable[],
): { manifest: RoleManifest; problems: string[] } {
  const problems: string[] = []
  const roles = Object.entries(manifest).map(([name, declared]) => {
    const { grants } = declared
    if (grants === undefined) return [name, declared] as const
    problems.push(
      ...grants.flatMap((grant, index) =>
        unknownModels(grant, known, `role ${JSON.stringify(name)}: grants[${index}]`),
      ),
    )
    return [name, { ...declared, grants: grants.flatMap((grant) => grantOnTables(grant, known)) }] as const
  })
  return { manifest: Object.fromEntries(roles), problems }
}

function unknownModels({ models = [] }: GrantDeclaration, known: readonly ModelTable[], place: string): string[] {
  if (models === '*') return []
  const names = new Set(known.flatMap((table) => table.models))
  return models
    .filter((model) => !names.has(model))
    .map((model) => `${place}: there is no model ${JSON.stringify(model)}${didYouMean(model, names)}`)
}

/** One grant for each schema in which the models have tables. A table that joins two models takes both. */
function grantOnTables({ models, ...grant }: GrantDeclaration, known: readonly ModelTable[]): GrantDeclaration[] {
  if (models === undefined) return [grant]
  const tables = known.filter((table) => models === '*' || table.models.every((model) => models.includes(model)))
  return [...new Set(tables.map(({ schema }) => schema))].map((schema) => ({
    ...grant,
    ...(schema === undefined ? {} : { schema }),
    tables: tables.filter((table) => table.schema === schema).map(({ table }) => table),
  }))
}
