import { PrismaIamError } from '../errors.ts'
import type { Connections } from './connections.ts'

/** What of `applyMigrations`' parameters is read here. */
interface ApplyParams {
  migrationsList: { migrationDirectories: { path: string; migrationFile: { content: { value?: string } } }[] }
}

/**
 * Refuses to apply any migration while one that is still to come is not plain UTF-8.
 *
 * The server takes a byte order mark for a syntax error, and what an editor or PowerShell's `>` has written as UTF-16
 * reaches it as rubbish. Found in the middle of a deploy, that leaves a failed migration behind.
 *
 * @throws PrismaIamError `PRISMA_IAM_ENGINE_ENCODING` with every such file.
 */
export async function assertEncoding(params: unknown, connections: Connections): Promise<void> {
  const odd = (params as ApplyParams).migrationsList.migrationDirectories.flatMap(({ path, migrationFile }) => {
    const oddity = oddityOf(migrationFile.content.value ?? '')
    return oddity === undefined ? [] : [{ path, oddity }]
  })
  if (odd.length === 0) return
  const applied = await readApplied(connections)
  const problems = odd.filter(({ path }) => !applied.has(path)).map(({ path, oddity }) => `${path} ${oddity}`)
  if (problems.length === 0) return
  throw new PrismaIamError(
    'PRISMA_IAM_ENGINE_ENCODING',
    'Migration files must be UTF-8 without a mark; nothing was run.',
    {
      problems,
      hint: 'save the named migration.sql as UTF-8 without a byte order mark, then run the command again.',
    },
  )
}

/** How a text shows that its file is not plain UTF-8; Prisma's CLI reads every file as if it were. */
function oddityOf(text: string): string | undefined {
  if (text.startsWith('\ufeff')) return 'begins with a byte order mark'
  if (text.startsWith('\ufffd\ufffd')) return 'is UTF-16'
  return undefined
}

/** What was applied before is not run again, so its file may stay as it is. */
async function readApplied(connections: Connections): Promise<Set<string | null | undefined>> {
  const { session } = await connections.main()
  const finished =
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL'
  const { rows } = await session.query(finished, []).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === '42P01') return { rows: [] }
    throw error
  })
  return new Set(rows.map(([name]) => name))
}
