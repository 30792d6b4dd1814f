import { setTimeout as sleep } from 'node:timers/promises'
import type { Backend } from '../backend.ts'
import type { Service } from '../endpoint.ts'
import type { Listener } from '../listener.ts'
import type { Rate } from './bucket.ts'
import type { Clients } from './clients.ts'
import type { Cluster } from './failover.ts'
import type { LoginFaults } from './logins.ts'
import type { Certificate, Presented } from './presented.ts'

/**
 * What goes wrong between a client and AWS, on demand. Times that a fault lasts are by the emulator's `clock`; delays
 * and downtimes are real. Everything ends with `stop()`.
 */
export interface Faults {
  /**
   * Shuts PostgreSQL down (sessions are told 57P01) and starts it again with its data `downMs` later, default 0.
   * Who comes meanwhile is refused by the port (`'refused'`, the default: ECONNREFUSED) or by PostgreSQL
   * (`'starting'`: 57P03). Resolves when logins work again.
   * @throws Error when the emulator does not own its PostgreSQL, or stops meanwhile
   */
  restart(options?: { downMs?: number; meanwhile?: 'refused' | 'starting' }): Promise<void>
  /** Ends sessions with `pg_terminate_backend` (57P01), of one user or all; answers how many there were. */
  killBackends(user?: string): Promise<number>
  /**
   * Half-open sockets: nothing moves any more and nothing is closed, for those who are connected and, with `'everyone'`
   * (the default), for those who connect later: they find an open port, and no answer.
   */
  freeze(who?: 'connected' | 'everyone'): void
  /** Everything that a freeze held moves on. */
  thaw(): void
  /** Breaks every open connection by RST; answers how many there were. */
  reset(): number
  /**
   * Aurora's failover: writer and reader change roles. Sessions stay where they are: those on the former writer are
   * read-only from their next message on (25006). New connections reach the new writer at the same `port`, but only
   * `dnsLagMs` later (default 0); until then they reach the former one.
   * @throws Error on DSQL, which has no reader
   */
  failover(options?: { dnsLagMs?: number }): void
  /** Refuses good tokens for a while, of one user or all, as AWS does until a new grant has arrived everywhere. */
  refuseTokens(options: { forMs: number; user?: string }): void
  /** Refuses logins above a rate; the bucket starts full. RDS counts tokens, DSQL counts connections. */
  throttle(rate: Rate): void
  /**
   * The cluster was inactive and takes `forMs` to wake up.
   * @throws Error on RDS, which does not sleep
   */
  wakeUp(options: { forMs: number }): void
  /** Lets every login wait before it is asked for a token or password. */
  delayLogins(delayMs: number): void
  /** Which certificate TLS shows: the own one, one for `other.example`, or one of an authority that nobody trusts. */
  present(certificate: Certificate): void
  /** Ends what lasts: freeze, refusals, throttling, waking up, delays, wrong certificates. Roles stay as they are. */
  clear(): void
}

/** What faults bite on. */
export interface FaultParts {
  service: Service
  backend: Backend
  listeners: readonly Listener[]
  clients: Clients
  cluster: Cluster
  logins: LoginFaults
  presented: Presented
  /** The emulator stops. */
  signal: AbortSignal
}

/** Gives tests a hand on the parts of a running emulator. */
export function createFaults({ service, clients, cluster, logins, presented, ...restarted }: FaultParts): Faults {
  const { refuseTokens, throttle, wakeUp, delayLogins } = logins
  return {
    restart: ({ downMs = 0, meanwhile = 'refused' } = {}) =>
      meanwhile === 'refused' ? restartUnheard(restarted, downMs) : restartHeard(restarted, logins, downMs),
    async killBackends(user) {
      const ids = clients.backends(user)
      await restarted.backend.query('SELECT pg_terminate_backend(id) FROM unnest($1::int[]) AS id', [ids])
      return ids.length
    },
    freeze: (who = 'everyone') => clients.freeze(who),
    thaw: clients.thaw,
    reset: clients.reset,
    failover(options) {
      if (service === 'dsql') throw new Error('DSQL has no reader to fail over to.\nHint: this fault is one of RDS.')
      cluster.failover(options)
    },
    refuseTokens,
    throttle,
    wakeUp,
    delayLogins,
    present: presented.present,
    clear() {
      clients.thaw()
      logins.clear()
      presented.present('own')
    },
  }
}

type Restarted = Pick<FaultParts, 'backend' | 'listeners' | 'signal'>

async function restartUnheard({ backend, listeners, signal }: Restarted, downMs: number): Promise<void> {
  for (const listener of listeners) listener.close()
  try {
    await backend.restart(() => sleep(downMs, undefined, { signal }))
  } finally {
    if (!signal.aborted) for (const listener of listeners) await listener.reopen()
  }
}

async function restartHeard({ backend, signal }: Restarted, logins: LoginFaults, downMs: number): Promise<void> {
  logins.startUp(true)
  try {
    await backend.restart(() => sleep(downMs, undefined, { signal }))
  } finally {
    logins.startUp(false)
  }
}
