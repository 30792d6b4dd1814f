import { setTimeout as wait } from 'node:timers/promises'
import { Problems } from '../config/problems.ts'
import { PrismaIamError } from '../errors.ts'
import type { ConflictRetried } from '../events.ts'

/** How often and how long to try again. */
export interface OccRetryOptions {
  /** The most tries, the first one included. Default 10. */
  tries?: number
  /** No try starts later than this after the first one, in milliseconds. Default 15,000. */
  budgetMs?: number
  /** The longest wait after the first try, doubled after each further one, in milliseconds. Default 20. */
  baseMs?: number
  /** What the longest wait grows to at most, in milliseconds. Default 1,000. */
  maxMs?: number
  /** Called before each wait. */
  onRetry?: (retry: ConflictRetried) => void
  /** A number from 0 up to 1. Default `Math.random`. */
  random?: () => number
  /** Waits so many milliseconds. Default a real timer. */
  sleep?: (ms: number) => Promise<unknown>
  /** The time in milliseconds, from any start. Default `performance.now`. */
  clock?: () => number
}

/**
 * The options with their defaults.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID with every problem at once
 */
export function retryPolicy(options: OccRetryOptions): Required<OccRetryOptions> {
  const policy = { ...defaults, ...defined(options) }
  const problems = new Problems()
  problems.addUnknownKeys(options, Object.keys(defaults), 'option')
  if (!Number.isInteger(policy.tries) || policy.tries < 1) problems.add('`tries` must be a whole number from 1 on')
  for (const name of ['budgetMs', 'baseMs', 'maxMs'] as const) {
    if (!Number.isFinite(policy[name]) || policy[name] < 0) problems.add(`\`${name}\` must be milliseconds from 0 on`)
  }
  for (const name of ['onRetry', 'random', 'sleep', 'clock'] as const) {
    if (typeof policy[name] !== 'function') problems.add(`\`${name}\` must be a function`)
  }
  if (problems.list.length > 0) {
    throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', 'conflicts cannot be retried like this:', {
      problems: problems.list,
    })
  }
  return policy
}

const defaults: Required<OccRetryOptions> = {
  tries: 10,
  budgetMs: 15_000,
  baseMs: 20,
  maxMs: 1000,
  onRetry: () => undefined,
  random: Math.random,
  sleep: (ms) => wait(ms),
  clock: () => performance.now(),
}

function defined(options: OccRetryOptions): OccRetryOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
