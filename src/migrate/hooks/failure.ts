import type pg from 'pg'
import { isPrismaIamError, PrismaIamError } from '../../errors.ts'
import type { Hook, Place } from './hook.ts'

/**
 * A hook's failure in the server's words.
 *
 * @param kept what became of the part that had run, for the hint.
 */
export function hookFailure({ name }: Hook, cause: unknown, kept: string, at?: Place): PrismaIamError {
  // It is no failure of the hook.
  if (isPrismaIamError(cause) && cause.code === 'PRISMA_IAM_MIGRATE_LOCK_LOST') return cause
  const { message = String(cause), detail, code } = (cause ?? {}) as Partial<pg.DatabaseError>
  const words = `${message}${detail === undefined ? '' : `. ${detail}`}${code === undefined ? '' : ` (${code})`}`
  const where = at === undefined ? name : `${name}:${at.line}:${at.column}`
  return new PrismaIamError('PRISMA_IAM_MIGRATE_HOOK', `${where}: ${words}`, {
    hint: `${kept}; correct it and run the command again`,
    cause,
  })
}
