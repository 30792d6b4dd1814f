import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PrismaIamError } from '../errors.ts'
import type { ModelTable } from '../roles/models.ts'
import { type Member, type Model, modelsIn } from './prisma-schema.ts'

/**
 * The tables of the models and views of a Prisma schema, a file or a folder of files, with those that join two models.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID when there is no such schema.
 */
export function modelTables(schemaPath: string): ModelTable[] {
  const models = filesOf(schemaPath).flatMap((file) => modelsIn(readFileSync(file, 'utf8')))
  const own = models.map((model) => ({
    models: [model.name],
    table: argument(model, '@@map') ?? model.name,
    schema: argument(model, '@@schema'),
  }))
  return [...own, ...joins(models)]
}

function filesOf(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    throw new PrismaIamError(
      'PRISMA_IAM_CONFIG_INVALID',
      `there is no Prisma schema ${path}, of which \`roles\` names models`,
      {
        hint: 'say `schema` in the default export of the config file',
      },
    )
  }
  if (!found.isDirectory()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.prisma'))
    .sort()
    .map((name) => join(path, name))
}

function argument(model: Model, attribute: string): string | undefined {
  return model.members.find(({ name }) => name === attribute)?.text
}

/**
 * Lists on both sides make Prisma join the models by a table: `_AToB` of the sorted names, or `_` and the name of the
 * relation, in the schema of the first (as `migrate diff` of 7.10.1 writes it).
 */
function joins(models: readonly Model[]): ModelTable[] {
  const byName = new Map(models.map((model) => [model.name, model]))
  const lists = models.flatMap(({ name, members }) =>
    members.filter(({ list, type }) => list && byName.has(type)).map((member) => ({ owner: name, ...member })),
  )
  const tables = new Map<string, ModelTable>()
  for (const list of lists) {
    const back = lists.find((other) => other !== list && isBack(list, other))
    if (back === undefined) continue
    const sides = [list.owner, list.type].sort()
    const [first = ''] = sides
    const table = `_${list.text ?? sides.join('To')}`
    const schema = argument(byName.get(first) as Model, '@@schema')
    tables.set(`${schema}.${table}`, { models: [...new Set(sides)], table, schema })
  }
  return [...tables.values()]
}

function isBack(list: Side, other: Side): boolean {
  return other.owner === list.type && other.type === list.owner && other.text === list.text
}

type Side = Member & { readonly owner: string }
