import pg from 'pg'
import type { Edges, IamOptions } from '../config/options.ts'
import { open } from './open.ts'

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
export function iamPool(options: IamOptions = {}, edges: Edges = {}): pg.Pool {
  return new IamPool(() => open(options, edges).then(({ pool }) => pool))
}

type State = { kind: 'unopened' } | { kind: 'opening'; flight: Promise<void> } | { kind: 'open' }
type ConnectCallback = Parameters<pg.Pool['connect']>[0]

class IamPool extends pg.Pool {
  readonly #settings: () => Promise<pg.PoolConfig>
  #state: State = { kind: 'unopened' }

  constructor(settings: () => Promise<pg.PoolConfig>) {
    super()
    this.#settings = settings
    // An idle connection that breaks is removed by the pool; without a listener the event would end the process.
    this.on('error', () => undefined)
  }

  override connect(): Promise<pg.PoolClient>
  override connect(callback: ConnectCallback): void
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      return this.#state.kind === 'open' ? super.connect() : this.#open().then(() => super.connect())
    }
    if (this.#state.kind === 'open') super.connect(callback)
    else {
      this.#open().then(
        () => super.connect(callback),
        (error: Error) => callback(error, undefined, () => undefined),
      )
    }
    return undefined
  }

  #open(): Promise<void> {
    if (this.#state.kind === 'opening') return this.#state.flight
    const flight = this.#settings().then(
      (settings) => {
        Object.assign(this.options, settings)
        Object.defineProperty(this.options, 'password', { value: settings.password, enumerable: false })
        this.#state = { kind: 'open' }
      },
      (error: unknown) => {
        this.#state = { kind: 'unopened' }
        throw error
      },
    )
    this.#state = { kind: 'opening', flight }
    return flight
  }
}
