/** What a project says of its DSQL cluster. */
export interface DsqlOptions {
  /**
   * The cache of identity columns and sequences that name none: 1, or at least 65,536. Without it they are refused, and
   * so is `SERIAL`: the numbers come with gaps and out of order (65,536), or every insert waits for one counter (1).
   */
  identityCache?: number
  /** Rules that the cluster has outgrown, by the names that `prisma-iam lint` tells: what they are about runs as it is. */
  accept?: readonly string[]
  /**
   * How long a deploy that was killed bars the next, from 1 to 300 seconds, and how long one can be frozen before another
   * may go ahead. Default 15.
   */
  leaseSeconds?: number
}

/** Whether DSQL takes a cache of this size (recorded 2026-09-18). */
export function isCache(size: unknown): size is number {
  return size === 1 || (Number.isInteger(size) && Number(size) >= 65_536)
}
