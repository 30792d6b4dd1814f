import type { Connection, Databases } from './adapter.ts'
import type { Session } from './session.ts'

/** Whether a call compares nothing but schema files, so that it needs no database. */
export function isOffline(method: string, params: unknown): boolean {
  if (method !== 'diff' || typeof params !== 'object' || params === null) return false
  const { from, to } = params as { from?: { tag?: string }; to?: { tag?: string } }
  return [from?.tag, to?.tag].every((tag) => tag === 'empty' || tag === 'schemaDatamodel')
}

/** A stand-in for the server: it answers the one question that the engine asks before it compares schema files. */
export function offlineDatabases(): Databases {
  const connection: Connection = {
    session: answering,
    schema: 'public',
    capabilities: { transactionalDdl: true, advisoryLocks: false, severalDatabases: false },
    lockTimeoutMs: 'off',
  }
  return { main: async () => connection, shadow: async () => connection }
}

/** As PostgreSQL 16 answers: the version decides what the engine may write, and 16 is DSQL's base and RDS's middle. */
const version: readonly (readonly [name: string, oid: number, value: string])[] = [
  ['exists', 16, 't'],
  ['version', 25, 'PostgreSQL 16.0'],
  ['numeric_version', 23, '160000'],
]

const answering: Session = {
  async query(sql) {
    if (!sql.includes("current_setting('server_version_num')")) throw noDatabase()
    return {
      columns: version.map(([name, oid]) => ({ name, oid })),
      rows: [version.map(([, , value]) => value)],
      affected: 1,
    }
  },
  script: () => Promise.reject(noDatabase()),
  end: async () => {},
}

function noDatabase(): Error {
  return new Error('Comparing schema files asked for a database.')
}
