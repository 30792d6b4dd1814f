import { message, readyForQuery, typeOf } from '../wire/messages.ts'
import { sync } from '../wire/requests.ts'
import { createAnswers } from './answers.ts'
import { createNeighbours, type Neighbours } from './conflicts/neighbours.ts'
import { ConnectionEnded, createExchange, type Told } from './exchange.ts'
import { createJudge } from './judge.ts'
import { createUsage } from './limits.ts'
import { createMutex } from './mutex.ts'
import { partsOf, partsOfBatch } from './parts.ts'
import type { Seen } from './script.ts'
import { createPlace } from './standing.ts'
import { createTransactions } from './transactions.ts'
import { createWaiting, type Turn } from './turns.ts'

/** How PostgreSQL is to meet a lock, as a setting of the session: nobody waits on DSQL, so this is soon a conflict. */
export const lockSettings = { lock_timeout: '5' } as const

/** What a filter needs of the connection it stands in. */
export interface DsqlSessionOptions {
  /** The role that logged in. */
  user: string
  /** The other sessions of the cluster; default none. */
  neighbours?: Neighbours
  /** The time that transactions age by; default the real one. */
  clock?: () => Date
  /** How long the connection may last; default an hour. */
  lifetimeMs?: number
  /** Sends one whole message to PostgreSQL. */
  toServer(message: Buffer): void
  /** Sends one whole message to the client. */
  toClient(message: Buffer): void
}

/** One connection's filter; every message is whole: type byte, length, body. */
export interface DsqlSession {
  fromClient(message: Buffer): void
  fromServer(message: Buffer): void
  /** Whether the server's next message, of this type, is for the client as it is, and for nobody here. */
  asIs(type: number): boolean
  /** The connection has ended. */
  end(): void
}

/**
 * Puts the rules of DSQL between a client and PostgreSQL, once the login is done. The parser must have been loaded,
 * as `prepareDsqlCatalog` does.
 *
 * A client's messages are taken in turns, each to its ReadyForQuery, so that the state of the transaction is known when
 * one is judged. Within a turn each statement is judged as though those before it succeed, because behind a failed one
 * the server skips everything up to Sync anyway.
 */
export function createDsqlSession(options: DsqlSessionOptions): DsqlSession {
  const { user, toServer, toClient, neighbours = createNeighbours(), clock = () => new Date() } = options
  const { lifetimeMs = hourMs } = options
  const answers = createAnswers()
  const judge = createJudge(user, answers)
  const exchange = createExchange(toServer, (whole) => toClient(answers.rewrite(whole)))
  const usage = createUsage(clock)
  const sending = { toClient, onSent: () => pump() }
  const parts = { judge, answers, exchange, neighbours, usage, mutex: createMutex(), ...sending }
  const place = createPlace(parts)
  const transactions = createTransactions(parts, place)
  const leave = neighbours.join(place.neighbour)
  const waiting = createWaiting()
  const bornMs = clock().getTime()
  const timer = setTimeout(() => isOver() && hangUp(), lifetimeMs)
  timer.unref()
  /** The turn that runs; while it is `open`, more of it is to come from the client. */
  let turn: Turn | undefined

  /** A transaction that was begun in time may finish. */
  function isOver(): boolean {
    return !turn && judge.transaction().at === 'idle' && clock().getTime() - bornMs >= lifetimeMs
  }

  // What clients are told at the end of the hour is not known; a connection that just ends is the least.
  function hangUp(): void {
    waiting.clear()
    toServer(message('X'))
  }

  function pump(): void {
    for (let first = waiting.first(); first; first = waiting.first()) {
      const type = typeOf(first)
      if (turn) {
        if (exchange.copying() || (turn.kind === 'open' && exchange.running())) goOn(turn, type)
        else return
      } else if ('Xdcf'.includes(type)) {
        // Goodbye; and rows that nobody waits for, which the server ignores.
        toServer(waiting.take())
      } else {
        const next = waiting.takeTurn()
        if (!next) return
        if (isOver()) hangUp()
        else begin(next)
      }
    }
  }

  function goOn(open: Turn, type: string): void {
    if (exchange.copying()) {
      exchange.more(waiting.take())
    } else if (type === 'Q' || type === 'F') {
      open.kind = 'broken'
      exchange.more(sync)
    } else {
      if (type === 'S') open.kind = 'whole'
      exchange.more(judge.judged(waiting.take()))
    }
  }

  function begin(running: Turn): void {
    turn = running
    const { messages, kind } = running
    const seen = judge.preview(messages)
    if (kind !== 'whole' || !transactions.pass(messages, seen, finish)) void perform(running, seen)
  }

  function finish(): void {
    turn = undefined
    if (isOver()) hangUp()
    else pump()
  }

  async function perform(running: Turn, seen: readonly Seen[]): Promise<void> {
    try {
      const { status } = await runParts(running, seen)
      if (running.kind !== 'broken') toClient(readyForQuery(status))
      finish()
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) throw error
    }
  }

  async function runParts(running: Turn, seen: readonly Seen[]): Promise<Told> {
    const parts = cut(running, seen)
    let told: Told = { status: 'I' }
    for (const part of parts) {
      told = await transactions.run(part, parts.length === 1 ? seen : judge.preview(part), running.kind !== 'open')
      if (told.code !== undefined) break
    }
    return told
  }

  function cut({ messages, kind }: Turn, seen: readonly Seen[]): Buffer[][] {
    const [first] = messages
    if (first && typeOf(first) === 'Q') return partsOf(first, judge.read(first)).map((part) => [part])
    return kind === 'whole' ? partsOfBatch(messages, seen) : [messages]
  }

  return {
    fromClient(whole) {
      waiting.push(whole)
      pump()
    },
    fromServer(whole) {
      exchange.fromServer(whole)
      if (typeOf(whole) !== 'G') return
      // A Sync that was sent before the rows is ignored by the server.
      if (turn && typeOf(turn.messages[0] ?? whole) !== 'Q') turn.kind = 'open'
      pump()
    },
    asIs: place.asIs,
    end() {
      exchange.end()
      clearTimeout(timer)
      leave()
    },
  }
}

// "Connection duration: 60 minutes" (DSQL quotas, 2026).
const hourMs = 3_600_000
