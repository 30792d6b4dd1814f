import { createHash } from 'node:crypto'
import type pg from 'pg'
import { stepEdges } from '../engine/step-edges.ts'
import { PrismaIamError } from '../errors.ts'
import { untilAgreed } from '../steps/conflict.ts'
import type { MigrationFile } from './folder.ts'

/** What Prisma's history table says of the project's migrations. */
export interface History {
  applied: readonly string[]
  pending: readonly string[]
  /** Applied once, but the file was changed since. */
  changed: readonly string[]
  /** Applied once, but there is no such file. */
  fileless: readonly string[]
  /** Begun and neither finished nor rolled back: Prisma applies nothing before somebody resolves them (P3009). */
  unfinished: readonly Unfinished[]
}

/** A migration that failed, or is running. */
export interface Unfinished {
  name: string
  /** What Prisma wrote down of the failure. */
  logs: string
}

/** Reads the history table back and compares it with the files; a missing table means that nothing was applied. */
export async function readHistory(client: pg.Client, files: readonly MigrationFile[]): Promise<History> {
  const rows = await readRows(client)
  const finished = new Map(rows.filter((row) => row.finished).map((row) => [row.migration_name, row.checksum]))
  const names = new Set(files.map(({ name }) => name))
  const applied = files.filter(({ name }) => finished.has(name))
  return {
    applied: applied.map(({ name }) => name),
    pending: files.filter(({ name }) => !finished.has(name)).map(({ name }) => name),
    changed: applied
      .filter(({ name, sql }) => !checksums(sql).includes(finished.get(name) ?? ''))
      .map(({ name }) => name),
    fileless: [...finished.keys()].filter((name) => !names.has(name)).sort(),
    unfinished: rows
      .filter((row) => !row.finished)
      .map(({ migration_name: name, logs }) => ({ name, logs: logs ?? '' })),
  }
}

/**
 * Passes only when every file stands in the history as applied: Prisma's exit code is 0 even when its engine was killed.
 *
 * @throws PRISMA_IAM_MIGRATE_INCOMPLETE
 */
export function assertComplete(history: History, newly: readonly string[]): void {
  const wrong = newly.filter((name) => history.changed.includes(name))
  if (history.pending.length === 0 && wrong.length === 0) return
  throw new PrismaIamError(
    'PRISMA_IAM_MIGRATE_INCOMPLETE',
    'Prisma ended, but read back, the history is not complete:',
    {
      problems: [
        ...history.pending.map((name) => `${name} is not applied`),
        ...wrong.map((name) => `${name} was applied with another content than the file has`),
      ],
      hint: 'run the command again; if it fails again, look at `npx prisma-iam migrate status`',
    },
  )
}

interface HistoryRow {
  migration_name: string
  checksum: string
  logs: string | null
  finished: boolean
}

/** Without a schema before its name, the table is found where the engine's session, which has the same login, finds it. */
async function readRows(client: pg.Client): Promise<HistoryRow[]> {
  const read = () =>
    client.query<HistoryRow>(
      `SELECT migration_name, checksum, logs, finished_at IS NOT NULL AS finished
         FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
    )
  try {
    // On Aurora DSQL a session that has slept through another's change of the schema is told so once (OC001).
    return (await untilAgreed(read, stepEdges())).rows
  } catch (cause) {
    const { code, message } = cause as { code?: string; message?: string }
    if (code === '42P01') return []
    if (code !== '42501') throw cause
    throw new PrismaIamError(
      'PRISMA_IAM_MIGRATE_HISTORY',
      `the history of the migrations is not readable: ${message}`,
      {
        hint: 'somebody else has migrated this database: say in `admin.user` who does, or make that role a member of the owner',
        cause,
      },
    )
  }
}

/** Prisma forgives line endings that a checkout changed. */
function checksums(sql: string): string[] {
  const unix = sql.replaceAll('\r\n', '\n')
  return [sql, unix, unix.replaceAll('\n', '\r\n')].map((text) => createHash('sha256').update(text).digest('hex'))
}
