import type pg from 'pg'
import type { StatementCache } from './statement-cache.ts'

/**
 * A pool's method `query` that prepares what comes again: calls with parameters, that answer with a promise and have no
 * name of their own. All others go as they came.
 *
 * When a migration has changed what a prepared statement returns, the server refuses it before it has done anything, so it
 * is run once more, under no name.
 */
export function preparedQuery(own: pg.Pool['query'], cache: StatementCache): pg.Pool['query'] {
  const send = own as (...call: unknown[]) => Promise<unknown>
  const query = (...call: unknown[]): unknown => {
    const request = requestOf(call)
    const name = request ? cache.nameOf(request.text, request.values.length) : ''
    if (!request || name === '') return send(...call)
    return send({ ...request, name }).catch((error) => {
      if (!isStalePlan(error)) throw error
      cache.forget(request.text)
      return send(request)
    })
  }
  return query as pg.Pool['query']
}

interface Request {
  text: string
  values: unknown[]
}

function requestOf([asked, values, ...more]: unknown[]): Request | undefined {
  const config = (typeof asked === 'string' ? { text: asked } : asked) as Partial<
    pg.QueryConfig & pg.Submittable
  > | null
  if (more.length > 0 || !config || config.submit || config.name || typeof config.text !== 'string') return undefined
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
