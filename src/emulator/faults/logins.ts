import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../endpoint.ts'
import type { Gate } from '../login/gate.ts'
import type { Hold } from '../wire/hold.ts'
import { createBucket, type Rate } from './bucket.ts'
import { refusals, startingUp, wakingUp } from './refusals.ts'

/** Faults at the door: logins that are slow or refused. */
export interface LoginFaults {
  refuseTokens(options: { forMs: number; user?: string }): void
  throttle(rate: Rate): void
  wakeUp(options: { forMs: number }): void
  delayLogins(delayMs: number): void
  /** Whether PostgreSQL is said to be starting up. */
  startUp(starting: boolean): void
  clear(): void
  /** Puts the faults in front of a gate, for a connection that `hold` can hold. */
  guard(gate: Gate, hold: Hold): Gate
}

/**
 * @param clock what the ends of refusals are judged by
 * @param signal ends delays
 */
export function createLoginFaults(service: Service, clock: () => Date, signal: AbortSignal): LoginFaults {
  const now = () => clock().getTime()
  const words = refusals[service]
  const none = () => ({ refused: [] as Refusal[], take: () => true, wakesAt: 0, delayMs: 0 })
  let faults = none()
  let starting = false

  return {
    refuseTokens: ({ forMs, user }) => void faults.refused.push({ until: now() + forMs, user }),
    throttle(rate) {
      faults.take = createBucket(rate, now)
    },
    wakeUp({ forMs }) {
      if (service !== 'dsql') throw new Error('RDS does not wake up.\nHint: this fault is one of DSQL.')
      faults.wakesAt = now() + forMs
    },
    delayLogins(delayMs) {
      faults.delayMs = delayMs
    },
    startUp(next) {
      starting = next
    },
    clear() {
      faults = none()
    },
    guard: (gate, hold) => ({
      async way(visitor) {
        if (faults.delayMs > 0) await sleep(faults.delayMs, undefined, { signal })
        await hold.released()
        if (starting) return startingUp()
        if (now() < faults.wakesAt) return wakingUp()
        // DSQL limits connections; RDS limits the checks of tokens, and a password takes none.
        if (service === 'dsql' && !faults.take()) return words.throttled(visitor)
        return gate.way(visitor)
      },
      async judge(visitor, token) {
        await hold.released()
        if (service === 'rds' && !faults.take()) return words.throttled(visitor)
        const verdict = await gate.judge(visitor, token)
        if (verdict.kind === 'refused') return verdict
        const fresh = faults.refused.some(({ until, user }) => now() < until && (user ?? visitor.user) === visitor.user)
        return fresh ? words.freshGrant(visitor, verdict.arn) : verdict
      },
    }),
  }
}

interface Refusal {
  until: number
  user: string | undefined
}
