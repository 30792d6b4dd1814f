import { oneOf, typeOf } from '../wire/messages.ts'
import { errorResponse } from '../wire/responses.ts'
import type { Answers } from './answers.ts'
import { copyWritten } from './conflicts/copies.ts'
import type { Neighbour, Neighbours } from './conflicts/neighbours.ts'
import type { Copied } from './conflicts/redirect.ts'
import type { Exchange, Sent, Told } from './exchange.ts'
import type { Judge } from './judge.ts'
import type { Usage } from './limits.ts'
import { literal } from './literal.ts'
import type { Mutex } from './mutex.ts'

/**
 * How an explicit transaction stands to others. `clear`: it changed nothing so far. `locks`: it holds PostgreSQL's row
 * locks, behind savepoints. `copies`: it holds none and works on copies; `overtaken` once another has committed what
 * it cannot be reconciled with. `lost`: it was rolled back as the catalog changed, and its client is to be told.
 */
export type Standing =
  | { at: 'clear' }
  | { at: 'locks' }
  | { at: 'copies'; copied: Copied[]; overtaken?: boolean }
  | { at: 'lost' }

/** What a session's transactions work with. */
export interface SessionParts {
  judge: Judge
  answers: Answers
  exchange: Exchange
  neighbours: Neighbours
  usage: Usage
  /** Held while the server is busy for this session. */
  mutex: Mutex
  /** A client's turn has gone to the server. */
  onSent: () => void
  /** Sends one whole message to the client. */
  toClient: (whole: Buffer) => void
}

/** A session's place among others. */
export interface Place {
  now(): Standing
  set(standing: Standing): void
  /** What the others can ask of this session. */
  neighbour: Neighbour
  /**
   * Sends a turn, and tells `hear` the answers as the client is to have them.
   * @param spreads whether it may change more rows than its tags tell; it then must stand in a transaction
   */
  send(messages: readonly Sent[], hear: (whole: Buffer) => void, spreads?: boolean): Promise<Told>
  /** Sends what changes nothing and stands in no transaction, and tells the client everything, also that it is ready. */
  pass(messages: readonly Buffer[], done: () => void): void
  /** Whether the server's next message, of this type, is for the client as it is, and for nobody here. */
  asIs(type: number): boolean
  /** Goes from real tables to copies. */
  giveLocksBack(): Promise<Extract<Standing, { at: 'copies' }>>
}

/** Makes PostgreSQL's transaction a failed one. */
const failSql = 'SELECT FROM sys.refusal'

/** Outside of a transaction. */
export function createPlace({ judge, answers, exchange, usage, mutex, onSent, toClient }: SessionParts): Place {
  let standing: Standing = { at: 'clear' }

  async function send(messages: readonly Sent[], hear: (whole: Buffer) => void, spreads = false): Promise<Told> {
    const before = spreads ? (await changed()) - usage.rows() : undefined
    const heard: Buffer[] = []
    let limited = false
    const answered = exchange.run(messages, (whole) => {
      const type = typeOf(whole)
      if (type === '1') judge.parsed()
      const error = type === 'C' ? usage.completed(whole.toString('utf8', 5, whole.length - 1)) : undefined
      const tell = spreads ? (each: Buffer) => void heard.push(each) : hear
      if (error && !limited) tell(errorResponse(error))
      limited ||= error !== undefined
      if (!limited) tell('ENCIs'.includes(type) ? answers.rewrite(whole) : whole)
    })
    onSent()
    const told = await answered
    const error = before !== undefined && told.status === 'T' ? usage.counted((await changed()) - before) : undefined
    if (error && !limited) {
      const last = heard.findLastIndex((each) => typeOf(each) === 'C')
      heard.splice(last, 1, errorResponse(error))
      limited = true
    }
    if (limited) {
      told.code = '54000'
      if (told.status === 'T') await exchange.ask(failSql)
      told.status = 'E'
    }
    judge.settle(told.status)
    answers.reset()
    if (told.status === 'I') standing = { at: 'clear' }
    for (const each of heard) hear(each)
    return told
  }

  /** How many rows the server has counted; only the difference of two answers means something. */
  async function changed(): Promise<number> {
    const { value } = await exchange.ask('SELECT sys.changed()')
    return Number(value ?? 0)
  }

  function pass(messages: readonly Buffer[], done: () => void): void {
    exchange.pass(messages.map(judge.judged), passOn, ({ status }, ready) => {
      judge.settle(status)
      answers.reset()
      toClient(ready)
      done()
    })
  }

  function passOn(whole: Buffer): void {
    const type = typeOf(whole)
    if (type === '1') judge.parsed()
    toClient('ENCIs'.includes(type) ? answers.rewrite(whole) : whole)
  }

  async function giveLocksBack(): Promise<Extract<Standing, { at: 'copies' }>> {
    if (judge.transaction().at === 'failed') {
      await exchange.ask('ROLLBACK TO SAVEPOINT "sys.origin"')
      await exchange.ask(failSql)
    } else {
      await copyWritten(exchange)
    }
    const copies = { at: 'copies' as const, copied: [] }
    standing = copies
    return copies
  }

  /** What is implicit ends by itself, and is not always behind the mutex. */
  const isOpen = () => ['explicit', 'failed'].includes(judge.transaction().at)

  const neighbour: Neighbour = {
    async letGo() {
      // Only who holds locks is waited for: such a session waits for nobody, so that none wait for each other.
      if (standing.at !== 'locks') return
      await mutex.hold(async () => {
        if (standing.at === 'locks') await giveLocksBack()
      })
    },
    async supersede() {
      if (!isOpen() || standing.at === 'lost') return
      await mutex.hold(async () => {
        if (!isOpen() || standing.at === 'lost') return
        const { at } = judge.transaction()
        await exchange.ask('ROLLBACK')
        await exchange.ask('BEGIN')
        if (at === 'failed') await exchange.ask(failSql)
        else standing = { at: 'lost' }
      })
    },
    async keep(rows) {
      if (standing.at !== 'copies') return
      await mutex.hold(async () => {
        if (standing.at !== 'copies' || judge.transaction().at === 'failed') return
        const { value } = await exchange.ask(`SELECT sys.misses(${literal(rows)})`)
        if (value === 't') standing = { ...standing, overtaken: true }
      })
    },
  }

  return {
    now: () => standing,
    set(next) {
      standing = next
    },
    neighbour,
    send,
    pass,
    asIs: (type) => exchange.asIs(type) && !isHeard(type) && (answers.keepTags() || !isEnd(type)),
    giveLocksBack,
  }
}

// Parses that are done, and notices.
const isHeard = oneOf('1N')
const isEnd = oneOf('CIs')
