import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { PrismaIamError } from '../../errors.ts'
import { readMigrations } from '../../migrate/folder.ts'
import { findHooks } from '../../migrate/hooks/find.ts'
import type { Project } from '../../migrate/load-config.ts'
import { readTokens } from '../../sql/tokens.ts'

/** A file to lint. */
export interface Script {
  /** Relative to where the command was called. */
  file: string
  path: string
  sql: string
  kind: 'migration' | 'hook'
}

/** The files that are named, or else the project's migrations and the SQL files among its hooks. */
export async function scriptsOf(project: Project, files: readonly string[]): Promise<Script[]> {
  if (files.length > 0) return files.map((file) => readNamed(resolve(project.cwd, file), file))
  const migrations = readMigrations(project.migrationsDirectory).map(({ name, sql }): Script => {
    const path = join(project.migrationsDirectory, name, 'migration.sql')
    return { file: relative(project.cwd, path), path, sql, kind: 'migration' }
  })
  const { beforeMigrate = [], afterMigrate = [] } = project.iam.hooks ?? {}
  const { sources, problems } = await findHooks([...beforeMigrate, ...afterMigrate], project.directory)
  if (problems.length > 0) throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', '`hooks` is not right:', { problems })
  const hooks = sources.flatMap((source) => (source.kind === 'sql' ? [source.path] : []))
  return [...migrations, ...(await Promise.all(hooks.map((path) => readHook(path, relative(project.cwd, path)))))]
}

function readNamed(path: string, file: string): Script {
  try {
    return { file, path, sql: readFileSync(path, 'utf8'), kind: 'migration' }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `${file} cannot be read (${code})`, {
      hint:
        code === 'EISDIR'
          ? 'name the SQL files in it, or none for all migrations and hooks of the project'
          : 'name SQL files, relative to where you are, or none for all migrations and hooks of the project',
      cause,
    })
  }
}

/** A variable is read as the constant or name that it becomes: without its colon, all else in its place. */
async function readHook(path: string, file: string): Promise<Script> {
  const text = readFileSync(path, 'utf8')
  const tokens = await readTokens(text).catch(() => [])
  const colons = tokens.filter(({ text: colon, end }, at) => {
    const next = tokens[at + 1]
    return colon === ':' && next?.start === end && /^['"]/.test(next.text)
  })
  const sql = colons.reduce((kept, { start, end }) => `${kept.slice(0, start)} ${kept.slice(end)}`, text)
  return { file, path, sql, kind: 'hook' }
}
