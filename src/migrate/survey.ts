import type pg from 'pg'
import type { Connection } from '../engine/adapter.ts'
import { foresee, type MigrationsParams } from '../engine/foresee.ts'
import { openSession } from '../engine/session.ts'
import type { Admin } from './admin.ts'
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
 * Compares the files with the history, looks through what is pending as the engine will, and tells what is odd.
 *
 * @throws PRISMA_IAM_STEPS_REFUSED, PRISMA_IAM_STEPS_CHANGED, PRISMA_IAM_STEPS_UNENDED, PRISMA_IAM_ENGINE_ENCODING, PRISMA_IAM_MIGRATE_FILES, PRISMA_IAM_MIGRATE_HISTORY, PRISMA_IAM_MIGRATE_INCOMPLETE,
 * PRISMA_IAM_MIGRATE_UNRESOLVED, PRISMA_IAM_MIGRATE_CHANGED
 */
export async function survey({ client, project, admin, report }: Site): Promise<Survey> {
  const { migrationsDirectory: directory } = project
  const files = readMigrations(directory)
  const history = await readHistory(client, files)
  assertSound(directory, files, history)
  if (files.length === 0) report({ kind: 'empty', directory })
  if (history.fileless.length > 0) report({ kind: 'fileless', migrations: history.fileless })
  const pending = files.filter(({ name }) => history.pending.includes(name))
  if (pending.length > 0) await foresee(asParameters(pending), connectionOf({ client, project, admin, report }))
  return { files, history }
}

/** Where a survey is made. */
export interface Site {
  client: pg.Client
  project: Project
  admin: Admin
  report: (step: DeployStep) => void
}

/** As Prisma's CLI hands the files to the engine. */
function asParameters(files: readonly MigrationFile[]): MigrationsParams {
  const migrationDirectories = files.map(({ name, sql }) => ({
    path: name,
    migrationFile: { content: { tag: 'ok', value: sql } },
  }))
  return { migrationsList: { migrationDirectories } }
}

function connectionOf({ client, project, admin, report }: Site): Connection {
  const { endpoint, schema = 'public' } = admin.resolved
  return {
    session: openSession(client),
    schema,
    capabilities: endpoint.capabilities,
    lockTimeoutMs: 'off',
    dsql: project.iam.dsql,
    edges: { report: (progress) => report({ kind: 'step', progress }) },
  }
}
