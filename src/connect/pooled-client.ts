import pg from 'pg'
import { type ConnectionRetired, events } from '../events.ts'
import { attemptConnect } from './attempt.ts'
import type { Door } from './door.ts'
import { fateAfter } from './fate.ts'
import type { Sibling } from './siblings.ts'

type Release = (error?: Error | boolean) => void

/** In whose hands a connection is: the pool's, or those of whoever checked it out. */
type State = { kind: 'opening' } | { kind: 'busy' } | { kind: 'idle' } | { kind: 'ended' }

/** Why a connection must not be used again. */
interface Doom {
  reason: Exclude<ConnectionRetired['reason'], 'idle'>
  cause: Error
}

/**
 * The class of client that a pool makes its connections from; it goes back to the pool when its session is well, and not
 * only when nothing failed.
 *
 * A pool takes it as its `Client` setting, also a pool of another copy of `pg`: nothing here asks for `instanceof`, and
 * it meets the pool at one public place, the `release` that the pool puts on a client at every checkout.
 */
export function pooledClient(door: Door): new (config?: pg.ClientConfig) => pg.Client {
  const { siblings } = door
  return class PooledClient extends pg.Client implements Sibling {
    #state: State = { kind: 'opening' }
    #release: Release = () => undefined
    #doom: Doom | undefined
    #server: string | undefined
    readonly #queryTimeoutMs: number | undefined

    constructor(config?: pg.ClientConfig) {
      super(config)
      this.#queryTimeoutMs = config?.query_timeout
      siblings.add(this)
      this.connection.on('errorMessage', (error: Error) => this.#judge(error))
      // Without a listener, a connection that breaks between two queries of its user would end the process.
      this.on('error', (error) => this.#judge(error))
      this.connection.once('connect', () => {
        this.#server = serverBehind(this.connection.stream)
      })
      this.once('end', () => this.#end())
    }

    get server(): string | undefined {
      return this.#server
    }

    get release(): Release {
      return this.#release
    }

    /** The pool sets this at every checkout. */
    set release(giveBack: Release) {
      let released = false
      this.#state = { kind: 'busy' }
      this.#release = (error) => {
        if (released) throw new Error('Release called on client which has already been released to the pool.')
        released = true
        this.#settle(giveBack, error)
      }
    }

    override connect(): Promise<pg.Client>
    override connect(callback: (error: Error | null, client: pg.Client) => void): void
    override connect(callback?: (error: Error | null, client: pg.Client) => void): Promise<pg.Client> | undefined {
      if (callback === undefined)
        return new Promise((resolve, reject) => {
          this.connect((error) => (error ? reject(error) : resolve(this)))
        })
      // `pg` tells of a new session before it has noted that it is ready.
      const connect = (done: (error: Error | null) => void) =>
        super.connect((error: Error | null) => (error ? done(error) : process.nextTick(done, null)))
      attemptConnect(this, connect, door, (error) => {
        if (error === undefined) door.ages.set(this, { openedAt: door.clock() })
        callback(error ?? null, this)
      })
      return undefined
    }

    retire(cause: Error): void {
      this.#doom ??= { reason: 'server-lost-or-read-only', cause }
      // The pool listens for errors of idle connections, and of those only, to end them.
      if (this.#state.kind === 'idle') this.emit('error', cause)
    }

    override end(): Promise<void>
    override end(callback: (error: Error) => void): void
    override end(callback?: (error: Error) => void): Promise<void> | undefined {
      this.#end()
      hangUpSoon(this.connection.stream)
      return callback === undefined ? super.end() : void super.end(callback)
    }

    #end(): void {
      if (this.#state.kind === 'ended') return
      const wasOpen = this.#state.kind !== 'opening'
      this.#state = { kind: 'ended' }
      siblings.delete(this)
      if (wasOpen) events.connectionRetired.publish({ ...door.place, ...retirement(this.#doom) })
    }

    /** Sees every error of the wire: Prisma gives a client of a transaction back without the error that ended it. */
    #judge(error: Error): void {
      if (this.#doom) return
      const fate = fateAfter(error, siblings.kind)
      if (fate === 'end') this.#doom ??= { reason: 'error', cause: error }
      if (fate === 'end-with-siblings') siblings.retire(this, error)
    }

    #settle(giveBack: Release, error: Error | boolean | undefined): void {
      if (error && error !== true) this.#judge(error)
      if (this.#doom) giveBack(this.#doom.cause)
      else if (error === true || this.#state.kind === 'ended') giveBack(true)
      else if (isBetweenQueries(this)) this.#giveBackIdle(giveBack)
      else this.#awaitQuiet(giveBack, error ? siblings.leave() : undefined)
    }

    /**
     * An error is told before the session is ready again: only then it is known whether a transaction is left open. One
     * that does not get ready within the time of a query holds a query that was given up, maybe behind a dead socket.
     */
    #awaitQuiet(giveBack: Release, arrived: (() => void) | undefined): void {
      const stop = () => {
        clearTimeout(timer)
        this.off('drain', onDrain).off('error', onLoss).off('end', onLoss)
      }
      const onDrain = () => {
        stop()
        this.#giveBackIdle(giveBack)
        arrived?.()
      }
      const onLoss = (error?: Error) => {
        stop()
        if (error) this.#judge(error)
        giveBack(error ?? true)
        arrived?.()
      }
      const timer = this.#queryTimeoutMs ? setTimeout(onLoss, this.#queryTimeoutMs, abandoned()) : undefined
      this.on('drain', onDrain).on('error', onLoss).on('end', onLoss)
    }

    #giveBackIdle(giveBack: Release): void {
      if (this.getTransactionStatus() !== 'I')
        this.#doom ??= { reason: 'open-transaction', cause: new Error('a transaction was left open') }
      if (this.#doom) {
        giveBack(this.#doom.cause)
        return
      }
      this.#state = { kind: 'idle' }
      const age = door.ages.get(this)
      if (age) age.idleSince = door.clock()
      giveBack()
    }
  }
}

function retirement(doom: Doom | undefined): Pick<ConnectionRetired, 'reason' | 'code'> {
  if (doom === undefined) return { reason: 'idle' }
  const { code } = doom.cause as { code?: string }
  return code === undefined ? { reason: doom.reason } : { reason: doom.reason, code }
}

/** Tells whether a client waits for nothing; `pg` keeps the transaction status of before until then. */
export function isBetweenQueries(client: object): boolean {
  return (client as { readyForQuery?: boolean }).readyForQuery === true
}

/** A socket forgets this when it closes. */
function serverBehind(stream: object): string | undefined {
  const { remoteAddress, remotePort } = stream as { remoteAddress?: string; remotePort?: number }
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`
}

function abandoned(): Error {
  return new Error('the connection was given back while a query ran that had been given up')
}

/** A server that is gone answers no goodbye, and the socket would keep the process alive for as long as TCP tries. */
function hangUpSoon(stream: Destroyable): void {
  const timer = setTimeout(() => stream.destroy(), goodbyeMs).unref()
  stream.once('close', () => clearTimeout(timer))
}

const goodbyeMs = 3_000

interface Destroyable {
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}
