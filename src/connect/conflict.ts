/**
 * Tells whether an error means that the whole transaction lost against a concurrent one and may simply run again.
 *
 * It looks below wrappers too: raw queries of Prisma hide the conflict in `meta.driverAdapterError`, a COMMIT of
 * `$transaction` in a bare `DriverAdapterError` without any code, an app's own errors in `cause`.
 */
export function isConflict(error: unknown): boolean {
  const seen = new Set<object>()
  const queue = [error]
  for (const layer of queue) {
    if (typeof layer !== 'object' || layer === null || seen.has(layer)) continue
    seen.add(layer)
    const { code, originalCode, kind, cause, meta, driverAdapterError } = layer as Readonly<Record<string, unknown>>
    if (conflictCodes.has(code) || conflictCodes.has(originalCode) || kind === 'TransactionWriteConflict') return true
    queue.push(cause, meta, driverAdapterError)
  }
  return false
}

/**
 * 40001 is PostgreSQL's and DSQL's serialization failure, OC000 and OC001 are DSQL's own names for its two kinds (data,
 * schema; Aurora DSQL user guide, read 2026-11). A deadlock's victim (40P01) is rolled back whole as well, and
 * P2034 is Prisma's one code for both.
 */
const conflictCodes: ReadonlySet<unknown> = new Set(['40001', '40P01', 'OC000', 'OC001', 'P2034'])
