import type { UrlParts } from './connection-url.ts'
import type { Endpoint, Pacing } from './endpoint.ts'
import { type IamOptions, type PoolOptions, poolOptionNames } from './options.ts'
import type { Problems } from './problems.ts'
import { verified } from './tls.ts'

/** `pg`'s pool settings from options and URL; those of a wrong type or range, or that the server refuses, are problems. */
export function resolvePool(
  options: IamOptions,
  url: UrlParts,
  endpoint: Endpoint | undefined,
  problems: Problems,
): PoolOptions {
  // `pg` takes a setting that is there and undefined for one of its own: no timeout, no limit.
  const pool = Object.fromEntries(Object.entries(options.pool ?? {}).filter(([, value]) => value !== undefined))
  problems.addUnknownKeys(pool, poolOptionNames, 'option', { owner: 'pool', elsewhere: { ssl: verified } })
  for (const name of endpoint?.capabilities.refusedStartupParameters ?? []) {
    if (name in pool)
      problems.add(
        `\`pool.${name}\` ends every connection to ${endpoint?.service === 'dsql' ? 'Aurora DSQL' : 'this server'}, which does not know it; use \`query_timeout\``,
      )
  }
  for (const [name, range] of Object.entries(ranges)) {
    const value: unknown = pool[name as keyof PoolOptions]
    if (value !== undefined && !isIn(range, value)) problems.add(`\`pool.${name}\` must be ${inWords(range)}`)
  }
  return {
    ...(url.max === undefined ? {} : { max: url.max }),
    ...(url.connectTimeoutMs === undefined ? {} : { connectionTimeoutMillis: url.connectTimeoutMs }),
    ...(url.applicationName === undefined ? {} : { application_name: url.applicationName }),
    ...pool,
  }
}

/** The limit on new connections: the service's own, with what the options say instead. */
export function resolvePacing(
  options: IamOptions,
  endpoint: Endpoint | undefined,
  problems: Problems,
): Pacing | undefined {
  const limit = endpoint?.capabilities.pacing
  const given = options.pacing
  if (given === undefined) return limit
  problems.addUnknownKeys(given, ['connectionsPerSecond', 'burst'], 'option', { owner: 'pacing' })
  for (const name of ['connectionsPerSecond', 'burst'] as const) {
    const value: unknown = given[name]
    if (value !== undefined && !(typeof value === 'number' && value >= 1))
      problems.add(`\`pacing.${name}\` must be a number from 1`)
  }
  const { connectionsPerSecond = limit?.connectionsPerSecond ?? Number.POSITIVE_INFINITY } = given
  return { connectionsPerSecond, burst: given.burst ?? limit?.burst ?? connectionsPerSecond }
}

interface Range {
  least: number
  most: number
}

/** Timers hold 32 bits of milliseconds: what is longer fires at once (Node.js documentation of `setTimeout`). */
const milliseconds: Range = { least: 0, most: 2_147_483_647 }
const counts: Range = { least: 1, most: Number.MAX_SAFE_INTEGER }

const ranges: Partial<Record<keyof PoolOptions, Range>> = {
  max: counts,
  min: { ...counts, least: 0 },
  maxUses: { least: 1, most: Number.POSITIVE_INFINITY },
  maxLifetimeSeconds: { least: 0, most: 2_147_483 },
  idleTimeoutMillis: milliseconds,
  connectionTimeoutMillis: milliseconds,
  query_timeout: milliseconds,
}

function isIn({ least, most }: Range, value: unknown): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function inWords({ least, most }: Range): string {
  return most > 2_147_483_647 ? `a number from ${least}` : `a number from ${least} to ${most}`
}
