import { DriverAdapterError, type SqlQuery, type Transaction } from '@prisma/driver-adapter-utils'
import type { Capabilities } from '../config/endpoint.ts'
import type { StatementCache } from '../connect/statement-cache.ts'
import { PrismaIamError } from '../errors.ts'
import { endsTransaction } from './connection.ts'
import { withLimitsTold } from './limits.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { withFreshPlan } from './stale-plan.ts'

/**
 * A transaction that sends one query after the other, and says so where the server has no savepoints.
 *
 * Prisma's client asks for several relations at once; `pg` queues such queries, but deprecates it (pg 8.23). When time is
 * up it asks for ROLLBACK while an operation of several queries runs, and goes on with those (Prisma 7.10): behind the end
 * they would last by themselves, so they are refused.
 */
export function delegateTransaction(
  inner: Transaction,
  { savepoints }: Pick<Capabilities, 'savepoints'>,
  cache: StatementCache,
): Transaction {
  const inTurn = oneAtATime()
  const send = <Result>(work: () => Promise<Result>) => inTurn(() => withLimitsTold(work))
  let isOver = false
  const run = <Result>(query: SqlQuery, work: () => Promise<Result>): Promise<Result> => {
    if (endsTransaction(query.sql)) isOver = true
    else if (isOver) return Promise.reject(alreadyClosed())
    return send(() => withFreshPlan(query, cache, 'in-transaction', work))
  }
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    options: inner.options,
    queryRaw: (query) => run(query, () => inner.queryRaw(query)),
    executeRaw: (query) => run(query, () => inner.executeRaw(query)),
    commit: () => send(() => inner.commit()),
    rollback: () => inTurn(() => inner.rollback()),
    ...(savepoints ? savepointsOf(inner, inTurn) : noSavepoints),
  }
}

function alreadyClosed(): DriverAdapterError {
  const cause = 'Transaction already closed: a query cannot run behind its COMMIT or ROLLBACK'
  return new DriverAdapterError({ kind: 'TransactionAlreadyClosed', cause })
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
