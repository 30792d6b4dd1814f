import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type { Capabilities } from '../config/endpoint.ts'
import type { StatementCache } from '../connect/statement-cache.ts'
import { PrismaIamError } from '../errors.ts'
import { withLimitsTold } from './limits.ts'
import { withFreshPlan } from './stale-plan.ts'
import { delegateTransaction } from './transaction.ts'

type InnerAdapter = SqlDriverAdapter & Required<Pick<SqlDriverAdapter, 'getConnectionInfo'>>
type Differences = Pick<Capabilities, 'isolationLevels' | 'savepoints'>

/** `PrismaPg`'s adapter, which is not exported, with transactions as the server has them. */
export function delegateAdapter(
  inner: InnerAdapter,
  capabilities: Differences,
  cache: StatementCache,
): SqlDriverAdapter {
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    queryRaw: (query) => withLimitsTold(() => withFreshPlan(query, cache, 'alone', () => inner.queryRaw(query))),
    executeRaw: (query) => withLimitsTold(() => withFreshPlan(query, cache, 'alone', () => inner.executeRaw(query))),
    executeScript: (script) => inner.executeScript(script),
    getConnectionInfo: () => inner.getConnectionInfo(),
    dispose: () => inner.dispose(),
    startTransaction: async (level) => {
      const asked = levelToAsk(level, capabilities)
      return delegateTransaction(await inner.startTransaction(asked), capabilities, cache)
    },
  }
}

type Level = Parameters<SqlDriverAdapter['startTransaction']>[0]

/** Nothing is asked of a server that has one level, because it refuses to be asked at all. */
function levelToAsk(level: Level, { isolationLevels }: Differences): Level {
  if (isolationLevels === 'any' || level === undefined) return level
  if (isolationLevels.includes(level)) return undefined
  throw new PrismaIamError(
    'PRISMA_IAM_ADAPTER_TRANSACTION',
    `transactions of this server are of the level ${isolationLevels.join(', ')} only, and ${level} was asked for`,
    { hint: "leave `isolationLevel` out, or write 'RepeatableRead'" },
  )
}
