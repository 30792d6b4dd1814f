import type pg from 'pg'

/** AWS's own connector retires DSQL sessions after 55 of their 60 minutes (aurora-dsql-node-postgres-connector 0.1.9). */
const usedShare = 11 / 12

/** How long a connection may live, in seconds: below the server's limit, and no longer than the user wants. */
export function longestLifeSeconds(
  maxConnectionAgeMs: number | undefined,
  wantedSeconds: number | undefined,
): number | undefined {
  const allowed = maxConnectionAgeMs === undefined ? undefined : (maxConnectionAgeMs / 1000) * usedShare
  if (!wantedSeconds) return allowed
  return allowed === undefined ? wantedSeconds : Math.min(allowed, wantedSeconds)
}

/**
 * Gives each connection of a pool a life of its own, up to a tenth shorter than the longest, so that a pool that was
 * opened at once does not retire at once. `pg` reads the setting anew for every connection (pg-pool 3.14).
 */
export function spreadLives(options: pg.PoolOptions, longestSeconds: number | undefined, random: () => number): void {
  if (longestSeconds === undefined) return
  Object.defineProperty(options, 'maxLifetimeSeconds', {
    enumerable: true,
    get: () => longestSeconds * (1 - random() / 10),
  })
}
