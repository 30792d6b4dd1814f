import { PrismaIamError } from '../errors.ts'

/**
 * Refuses migration files that are not plain UTF-8.
 *
 * The server takes a byte order mark for a syntax error, and what an editor or PowerShell's `>` has written as UTF-16
 * reaches it as rubbish. Found in the middle of a deploy, that leaves a failed migration behind.
 *
 * @throws PRISMA_IAM_ENGINE_ENCODING with every such file.
 */
export function assertEncoding(files: readonly { migration: string; text: string }[]): void {
  const problems = files.flatMap(({ migration, text }) => {
    const oddity = oddityOf(text)
    return oddity === undefined ? [] : [`${migration}/migration.sql ${oddity}`]
  })
  if (problems.length === 0) return
  throw new PrismaIamError('PRISMA_IAM_ENGINE_ENCODING', 'Migrations must be plain UTF-8; nothing was run:', {
    problems,
    hint: 'save them as UTF-8 without a byte order mark, then run the command again',
  })
}

/** Prisma's CLI reads every file as if it were UTF-8; this is how another one shows. */
function oddityOf(text: string): string | undefined {
  if (text.startsWith('\ufeff')) return 'begins with a byte order mark'
  if (text.startsWith('\ufffd\ufffd')) return 'is UTF-16'
  return undefined
}
