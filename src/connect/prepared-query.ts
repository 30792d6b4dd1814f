import type pg from 'pg'
import { type Columns, describedQuery } from './described-query.ts'
import { createStatementCache } from './statement-cache.ts'

/** Queries of a pool that prepares what comes again. */
export interface PreparedQueries {
  query: pg.Pool['query']
  /** Closes on a client that comes back what is not asked for any more. */
  trim(client: object): void
}

/**
 * Prepares calls with parameters that answer with a promise and have no name of their own; all others go as they came.
 *
 * When a migration has changed what a prepared statement returns, the server refuses it before it has done anything, so it
 * is run once more, under no name.
 *
 * @param own the pool's own method
 * @param most how many statements a connection keeps
 */
export function createPreparedQueries(own: pg.Pool['query'], most: number): PreparedQueries {
  const cache = createStatementCache(most)
  const columns = new WeakMap<object, Columns>()
  const send = own as (...call: unknown[]) => Promise<unknown>

  function columnsOf(connection: object): Columns {
    const known = columns.get(connection) ?? new Map()
    columns.set(connection, known)
    return known
  }

  function query(...call: unknown[]): unknown {
    const request = requestOf(call)
    const name = request ? cache.nameOf(request.text, request.values.length) : ''
    if (!request || name === '') return send(...call)
    return send(describedQuery({ ...request, name }, columnsOf)).catch((error) => {
      if (!isStalePlan(error)) throw error
      cache.forget(request.text)
      return send(request)
    })
  }

  return {
    query: query as pg.Pool['query'],
    trim(client) {
      const { connection } = client as { connection: object }
      for (const name of cache.trim(client)) columns.get(connection)?.delete(name)
    },
  }
}

interface Request {
  text: string
  values: unknown[]
}

type Asked = pg.QueryConfig & pg.Submittable & { binary: boolean; rows: number }

function requestOf([asked, values, ...more]: unknown[]): Request | undefined {
  const config = (typeof asked === 'string' ? { text: asked } : asked) as Partial<Asked> | null
  if (more.length > 0 || !config || config.submit || config.name || typeof config.text !== 'string') return undefined
  // Binary values have columns of their own, and rows in portions are no single run.
  if (config.binary || config.rows) return undefined
  const given = values ?? config.values
  if (!Array.isArray(given) || given.length === 0) return undefined
  return { ...config, text: config.text, values: given }
}

/** Tells the refusal of a statement whose plan is outdated, or that somebody deallocated (plancache.c, prepare.c). */
export function isStalePlan(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code === '26000') return true
  return code === '0A000' && String(message).startsWith('cached plan must not change result type')
}
