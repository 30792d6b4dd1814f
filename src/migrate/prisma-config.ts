import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** What of Prisma's own config says where the migrations and the database are. */
export interface PrismaConfig {
  schema?: string
  datasource?: { url?: string }
  migrations?: { path?: string }
}

/**
 * The folder of the migrations, by Prisma's own rule (7.10.1): `migrations.path`, else `migrations` in the folder of the
 * schema; the schema is that of `--schema`, of the config, or one of the two places where Prisma looks.
 */
export function migrationsOf({ cwd, directory, prisma = {}, schemaFlag }: Places): string {
  if (prisma.migrations?.path) return resolve(directory, prisma.migrations.path)
  return join(schemaFolder(schemaPath({ cwd, directory, prisma, schemaFlag })), 'migrations')
}

interface Places {
  cwd: string
  /** The folder of the config file. */
  directory: string
  prisma?: PrismaConfig | undefined
  /** Relative to `cwd`. */
  schemaFlag?: string | undefined
}

/** Where the Prisma schema is, a file or a folder, by Prisma's own rule. */
export function schemaPath({ cwd, directory, prisma = {}, schemaFlag }: Places): string {
  if (schemaFlag !== undefined) return resolve(cwd, schemaFlag)
  if (prisma.schema) return resolve(directory, prisma.schema)
  const beside = resolve(cwd, 'schema.prisma')
  return kindOf(beside) === 'file' ? beside : resolve(cwd, 'prisma/schema.prisma')
}

/** A schema may be a folder of files. */
function schemaFolder(path: string): string {
  return kindOf(path) === 'folder' ? path : dirname(path)
}

function kindOf(path: string): 'file' | 'folder' | 'nothing' {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return 'nothing'
  return found.isDirectory() ? 'folder' : 'file'
}
