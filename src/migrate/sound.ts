import { createHash } from 'node:crypto'
import { PrismaIamError } from '../errors.ts'
import type { MigrationFile } from './folder.ts'
import type { History, Unfinished } from './history.ts'

/**
 * Refuses a history that does not go with the files, or on which Prisma would not build, before anything is changed.
 *
 * @throws PRISMA_IAM_MIGRATE_INCOMPLETE, PRISMA_IAM_MIGRATE_UNRESOLVED, PRISMA_IAM_MIGRATE_CHANGED
 */
export function assertSound(directory: string, files: readonly MigrationFile[], history: History): void {
  assertFiles(directory, files, history)
  // Without logs it was killed, or runs: what to do about that is the engine's business.
  const failed = history.unfinished.filter(({ logs }) => logs !== '')
  if (failed.length > 0) throw unresolved(failed)
  if (history.changed.length > 0) throw changed(files.filter(({ name }) => history.changed.includes(name)))
}

/** A typo in a path, or a build that left the files out, must not look like a success. */
function assertFiles(directory: string, files: readonly MigrationFile[], { fileless }: History): void {
  if (files.length > 0 || fileless.length === 0) return
  const count = `${fileless.length} migration${fileless.length === 1 ? '' : 's'}`
  throw new PrismaIamError(
    'PRISMA_IAM_MIGRATE_INCOMPLETE',
    `the database holds ${count}, but there is none in ${directory}`,
    { hint: 'set `migrations.path` in the config file, or bring the files to where the deploy runs' },
  )
}

function unresolved(failed: readonly Unfinished[]): PrismaIamError {
  const resolve = failed.map(({ name }) => `\`npx prisma-iam migrate resolve --rolled-back ${name}\``)
  return new PrismaIamError(
    'PRISMA_IAM_MIGRATE_UNRESOLVED',
    'a migration failed in an earlier deploy, and Prisma applies nothing before that is resolved (P3009):',
    {
      problems: failed.map(({ name, logs }) => `${name}: ${logs.trim().replaceAll(/\s*\n\s*/g, ' ')}`),
      hint: `correct the file, run ${resolve.join(' and ')}, then run the command again; nothing was done`,
    },
  )
}

function changed(files: readonly MigrationFile[]): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_MIGRATE_CHANGED',
    'a migration was changed after it was applied, so other databases would get another schema:',
    {
      problems: files.map(({ name }) => name),
      hint: `restore the file and write a new migration; where the database has what the file says now, tell the history: ${files.map(accept).join(' ')}`,
    },
  )
}

function accept({ name, sql }: MigrationFile): string {
  const checksum = createHash('sha256').update(sql).digest('hex')
  return `UPDATE _prisma_migrations SET checksum = '${checksum}' WHERE migration_name = '${name.replaceAll("'", "''")}';`
}
