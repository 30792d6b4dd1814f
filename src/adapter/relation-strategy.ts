import type { ClientExtension, Extendable } from './client-extension.ts'

/**
 * A Prisma extension that loads relations by queries of their own where a call does not say otherwise.
 *
 * Prisma joins them by LATERAL only with the preview feature `relationJoins`; without it the argument does not exist,
 * and the client stays as it is.
 */
export const relationQueries: ClientExtension = (client) => {
  const parent = client as Previewing
  if (!parent._previewFeatures?.includes('relationJoins')) return parent
  return parent.$extends({
    name: 'prisma-iam:relation-queries',
    query: { $allModels: Object.fromEntries(operations.map((name) => [name, byQueries])) },
  })
}

/** A generated client tells its preview features nowhere else (Prisma 7.10). */
interface Previewing extends Extendable {
  _previewFeatures?: readonly string[]
}

/** The operations whose arguments have `relationLoadStrategy` (Prisma 7.10). */
const operations = [
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'create',
  'update',
  'upsert',
  'delete',
] as const

interface Call {
  args: { relationLoadStrategy?: 'join' | 'query' | undefined }
  query: (args: Call['args']) => PromiseLike<unknown>
}

function byQueries({ args, query }: Call): PromiseLike<unknown> {
  return query({ ...args, relationLoadStrategy: args.relationLoadStrategy ?? 'query' })
}
