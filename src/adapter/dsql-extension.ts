import type { OccRetryOptions } from '../connect/occ-options.ts'
import type { ClientExtension } from './client-extension.ts'
import { occRetry } from './occ-retry.ts'
import { relationQueries } from './relation-strategy.ts'

/**
 * What a Prisma client needs on Aurora DSQL: {@link occRetry}, and relations loaded by queries, not by LATERAL joins.
 *
 * DSQL refuses a LEFT JOIN LATERAL that selects an outer column (42804, seen on a cluster in 2026), and a client with
 * the preview feature `relationJoins` sends them. A `relationLoadStrategy` that a call itself gives is left alone, and
 * so are raw queries. **The callback of `$transaction` may run more than once**, as `occRetry` explains.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID with every problem of the options at once
 *
 * @example
 * ```ts
 * import { dsql, iamAdapter } from 'prisma-iam'
 * const prisma = new PrismaClient({ adapter: iamAdapter() }).$extends(dsql())
 * ```
 */
export function dsql(options: OccRetryOptions = {}): ClientExtension {
  const retrying = occRetry(options)
  return (client) => relationQueries(retrying(client))
}
