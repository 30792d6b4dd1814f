import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PrismaIamError } from '../errors.ts'

/** One migration of the project. */
export interface MigrationFile {
  name: string
  sql: string
}

/**
 * The migrations of a folder, in the order in which Prisma applies them.
 *
 * @throws PRISMA_IAM_MIGRATE_FILES when there is no such folder, or it holds what looks like a migration and is none.
 */
export function readMigrations(directory: string): MigrationFile[] {
  const entries = readEntries(directory).sort((a, b) => (a.name < b.name ? -1 : 1))
  const problems = entries.flatMap((entry) => strayProblem(entry, directory) ?? [])
  if (problems.length > 0) {
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_FILES', `${directory} holds what Prisma would not apply:`, {
      problems,
      hint: 'a migration is a folder with a file migration.sql; move away what is none',
    })
  }
  return entries
    .filter((entry) => entry.isDirectory() && !isHidden(entry))
    .map(({ name }) => ({ name, sql: readFileSync(join(directory, name, 'migration.sql'), 'utf8') }))
}

function readEntries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const fact = code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${code})`
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_FILES', `the folder of the migrations, ${directory}, ${fact}`, {
      hint: 'set `migrations.path` in the config file, or bring the folder to where the deploy runs; without any migration, make an empty one',
      cause,
    })
  }
}

function strayProblem(entry: Dirent, directory: string): string | undefined {
  const { name } = entry
  if (isHidden(entry) || name === 'migration_lock.toml' || /\.md$/i.test(name)) return undefined
  if (!entry.isDirectory()) return `${name} is a file beside the migrations`
  return existsSync(join(directory, name, 'migration.sql')) ? undefined : `${name} has no migration.sql`
}

/** `.gitkeep`, `.DS_Store` and their like. */
function isHidden({ name }: Dirent): boolean {
  return name.startsWith('.')
}
