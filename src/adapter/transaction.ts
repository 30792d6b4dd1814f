import type { Transaction } from '@prisma/driver-adapter-utils'
import type { Capabilities } from '../config/endpoint.ts'
import { PrismaIamError } from '../errors.ts'
import { withLimitsTold } from './limits.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { withFreshPlan } from './stale-plan.ts'
import type { StatementCache } from './statement-cache.ts'

/**
 * A transaction that sends one query after the other, and says so where the server has no savepoints.
 *
 * Prisma's client asks for several relations at once; `pg` queues such queries, but deprecates it (pg 8.23).
 */
export function delegateTransaction(
  inner: Transaction,
  { savepoints }: Pick<Capabilities, 'savepoints'>,
  cache: StatementCache,
): Transaction {
  const inTurn = oneAtATime()
  const send = <Result>(work: () => Promise<Result>) => inTurn(() => withLimitsTold(work))
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    options: inner.options,
    queryRaw: (query) => send(() => withFreshPlan(query, cache, 'in-transaction', () => inner.queryRaw(query))),
    executeRaw: (query) => send(() => withFreshPlan(query, cache, 'in-transaction', () => inner.executeRaw(query))),
    commit: () => send(() => inner.commit()),
    rollback: () => inTurn(() => inner.rollback()),
    ...(savepoints ? savepointsOf(inner, inTurn) : noSavepoints),
  }
}

type Savepoints = Required<Pick<Transaction, 'createSavepoint' | 'rollbackToSavepoint' | 'releaseSavepoint'>>

function savepointsOf(inner: Transaction, inTurn: ReturnType<typeof oneAtATime>): Savepoints {
  return {
    createSavepoint: (name) => inTurn(async () => inner.createSavepoint?.(name)),
    rollbackToSavepoint: (name) => inTurn(async () => inner.rollbackToSavepoint?.(name)),
    releaseSavepoint: (name) => inTurn(async () => inner.releaseSavepoint?.(name)),
  }
}

const refuse = async (): Promise<never> => {
  throw new PrismaIamError(
    'PRISMA_IAM_ADAPTER_TRANSACTION',
    'transactions of this server do not nest: Aurora DSQL has no savepoints',
    { hint: 'do the work of the inner $transaction in the outer one' },
  )
}

const noSavepoints: Savepoints = { createSavepoint: refuse, rollbackToSavepoint: refuse, releaseSavepoint: refuse }
