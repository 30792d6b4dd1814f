import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from '@prisma/driver-adapter-utils'
import type { DsqlOptions } from '../dsql/options.ts'
import type { StepEdges } from '../steps/scene.ts'
import { keepBooks } from './bookkeeping.ts'
import { columnOf } from './columns.ts'
import { takeLock } from './lock.ts'
import type { EngineCapabilities } from './login.ts'
import { hideOwnTables } from './own-tables.ts'
import { resetInPlace } from './reset.ts'
import type { Session } from './session.ts'
import { stepEdges } from './step-edges.ts'

const name = { provider: 'postgres', adapterName: 'prisma-iam' } as const

/** How the engine reaches its databases. */
export interface Databases {
  main(): Promise<Connection>
  shadow(): Promise<Connection>
}

/** A session, and what the engine must know of it. */
export interface Connection {
  session: Session
  schema: string
  capabilities: EngineCapabilities
  /** How long Prisma's advisory lock may be waited for, in milliseconds; `off` takes none. */
  lockTimeoutMs: number | 'off'
  /** What the project says of its DSQL cluster. */
  dsql?: DsqlOptions | undefined
  /** Clock, chance and voice of what runs in steps. Default the system's, without a voice. */
  edges?: Partial<StepEdges>
}

/**
 * What Prisma's schema engine asks its host for: a session to the main database, one to the shadow.
 *
 * @param method what the engine is called for now.
 */
export function adapterFactory(
  databases: Databases,
  method: () => string = () => '',
): SqlMigrationAwareDriverAdapterFactory {
  return {
    ...name,
    connect: async () => adapterOver(await databases.main(), method),
    connectToShadowDb: async () => adapterOver(await databases.shadow()),
  }
}

function adapterOver(connection: Connection, method = () => ''): SqlDriverAdapter {
  const { session, schema, capabilities, lockTimeoutMs, dsql } = connection
  const edges = stepEdges(connection.edges)
  const kept = keepBooks(session, { ...capabilities, dsql }, edges)
  /** What the engine sends as single statements though it is a change of the schema. */
  const changeInSteps = async (sql: string): Promise<boolean> => {
    if (capabilities.transactionalDdl) return false
    if (method() === 'reset') return await resetInPlace(sql, kept, edges)
    if (method() !== 'schemaPush') return false
    await kept.script(sql)
    return true
  }
  return {
    ...name,
    async queryRaw({ sql, args, argTypes }) {
      const answer = await kept.query(sql, readArguments(args, argTypes)).catch(tellMissingHistory(sql))
      const { columns, rows } = hideOwnTables(answer)
      const read = columns.map(({ oid }) => columnOf(oid))
      return {
        columnNames: columns.map((column) => column.name),
        columnTypes: read.map(({ type }) => type),
        rows: rows.map((row) =>
          row.map((value, index) => (value === null ? null : (read[index]?.read(value) ?? value))),
        ),
      }
    },
    async executeRaw({ sql, args, argTypes }) {
      if (/\bpg_advisory_lock\(/.test(sql)) return await takeLock(kept, sql, lockTimeoutMs)
      if (await changeInSteps(sql)) return 0
      return (await kept.query(sql, readArguments(args, argTypes))).affected
    },
    // A byte order mark is white space to psql and a syntax error to the server.
    executeScript: (script) => kept.script(script.replace(/^\ufeff/, '')),
    // The engine never opens a transaction of its own (recorded on every command of Prisma 7.10.1).
    startTransaction: () => Promise.reject(new Error('The schema engine opens no transactions.')),
    getConnectionInfo: () => ({ schemaName: schema, supportsRelationJoins: false }),
    dispose: () => session.end(),
  }
}

/** Bytes come in base64; everything else goes to the server as the engine wrote it. */
function readArguments(values: SqlQuery['args'], types: SqlQuery['argTypes']): unknown[] {
  return values.map((value, index) =>
    typeof value === 'string' && types[index]?.scalarType === 'bytes' ? Buffer.from(value, 'base64') : value,
  )
}

/** A history table that is not there is no failure to the engine, if it is told in the engine's own terms. */
function tellMissingHistory(sql: string): (error: unknown) => never {
  return (error) => {
    const missing = error instanceof Error && 'code' in error && error.code === '42P01'
    if (missing && sql.includes('"_prisma_migrations"')) {
      throw new DriverAdapterError({ kind: 'TableDoesNotExist', table: '_prisma_migrations' })
    }
    throw error
  }
}
