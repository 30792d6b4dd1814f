import pg from 'pg'
import type { Edges, IamOptions } from '../config/options.ts'
import { type Checkout, connectMethod, guardCheckouts } from './checkout.ts'
import { createGate, endMethod } from './closing.ts'
import type { Door } from './door.ts'
import { checkHealth, type Health } from './health.ts'
import { spreadLives } from './lifetime.ts'
import { type Opening, open } from './open.ts'
import { createPreparedQueries } from './prepared-query.ts'

/**
 * A `pg.Pool` whose connections log in with freshly signed IAM tokens, for use without Prisma.
 *
 * It is made without any I/O; options and environment are read at the first connection, whose caller gets
 * PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_CONNECT_TRUST or PRISMA_IAM_TOKEN_CREDENTIALS when they do not suffice.
 *
 * @example
 * ```ts
 * import { iamPool } from 'prisma-iam'
 * const pool = iamPool({ url: 'postgresql://app@db.cluster-x.eu-west-1.rds.amazonaws.com/shop' })
 * const { rows } = await pool.query('SELECT now()')
 * await pool.end()
 * ```
 */
export function iamPool(options: IamOptions = {}, edges: Edges = {}): IamPool {
  return new OpeningPool(() => open(options, edges))
}

/** A `pg.Pool` that can tell how it is. */
export interface IamPool extends pg.Pool {
  /**
   * Runs a query, on an idle connection where there is one, and names the place where the way to the database ends:
   * credentials, login, TLS, network, a server that wakes up. It never rejects.
   */
  health(): Promise<Health>
}

type State =
  | { kind: 'unopened' }
  | { kind: 'opening'; flight: Promise<Checkout> }
  | { kind: 'open'; checkout: Checkout; door: Door }

class OpeningPool extends pg.Pool implements IamPool {
  readonly #open: () => Promise<Opening>
  #state: State = { kind: 'unopened' }

  constructor(open: () => Promise<Opening>) {
    super()
    this.#open = open
    const connect = this.connect.bind(this)
    const plain: Checkout = (callback) => connect(callback)
    const gate = createGate((callback) => {
      if (this.#state.kind === 'open') return this.#state.checkout(callback)
      this.#opened(plain).then(
        (checkout) => checkout(callback),
        (error: Error) => callback(error, undefined, () => undefined),
      )
    })
    this.connect = connectMethod(gate.checkout)
    this.end = endMethod(gate, this.end.bind(this))
    // An idle connection that breaks is removed by the pool; without a listener the event would end the process.
    this.on('error', () => undefined)
  }

  health(): Promise<Health> {
    const door = () => (this.#state.kind === 'open' ? this.#state.door : undefined)
    return checkHealth(() => this.query('SELECT 1'), door)
  }

  #opened(plain: Checkout): Promise<Checkout> {
    if (this.#state.kind === 'opening') return this.#state.flight
    const flight = this.#open().then(
      ({ pool, door, resolved }) => {
        Object.assign(this.options, pool)
        Object.defineProperty(this.options, 'password', { value: pool.password, enumerable: false })
        // `pg` keeps this setting beside the options, where its constructor has put the default.
        Object.assign(this, { Client: pool.Client })
        spreadLives(this.options, door.longestLifeSeconds, door.random)
        if (resolved.statementCache > 0) this.#prepare(resolved.statementCache)
        const checkout = guardCheckouts(plain, this, door)
        this.#state = { kind: 'open', checkout, door }
        return checkout
      },
      (error: unknown) => {
        this.#state = { kind: 'unopened' }
        throw error
      },
    )
    this.#state = { kind: 'opening', flight }
    return flight
  }

  #prepare(most: number): void {
    const { query, trim } = createPreparedQueries(this.query.bind(this), most)
    this.query = query
    this.on('release', (_error, client) => trim(client))
  }
}
