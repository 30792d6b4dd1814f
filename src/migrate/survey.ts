import type pg from 'pg'
import { type MigrationFile, readMigrations } from './folder.ts'
import { type History, readHistory } from './history.ts'
import type { Project } from './load-config.ts'
import { assertSound } from './sound.ts'
import type { DeployStep } from './steps.ts'

/** The migrations as they stand before a deploy. */
export interface Survey {
  files: readonly MigrationFile[]
  history: History
}

/**
 * Compares the files with the history, and tells what is odd about them.
 *
 * @throws PRISMA_IAM_MIGRATE_FILES, PRISMA_IAM_MIGRATE_HISTORY, PRISMA_IAM_MIGRATE_INCOMPLETE,
 * PRISMA_IAM_MIGRATE_UNRESOLVED, PRISMA_IAM_MIGRATE_CHANGED
 */
export async function survey(
  client: pg.Client,
  { migrationsDirectory: directory }: Pick<Project, 'migrationsDirectory'>,
  report: (step: DeployStep) => void,
): Promise<Survey> {
  const files = readMigrations(directory)
  const history = await readHistory(client, files)
  assertSound(directory, files, history)
  if (files.length === 0) report({ kind: 'empty', directory })
  if (history.fileless.length > 0) report({ kind: 'fileless', migrations: history.fileless })
  return { files, history }
}
