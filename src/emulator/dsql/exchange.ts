import { oneOf, query, typeOf } from '../wire/messages.ts'
import { readFields } from '../wire/responses.ts'

/** How the server answered: its last word on the transaction, and the error if there was one. */
export interface Told {
  status: string
  code?: string | undefined
}

/** Told at ReadyForQuery, which it is handed. */
type Done = (told: Told, ready: Buffer) => void

/** A message on its way to the server; the answer to a `hidden` Parse or Close is not for the client. */
export interface Sent {
  whole: Buffer
  hidden?: boolean
}

/** One thing at a time between the filter and the server. */
export interface Exchange {
  /** Sends a client's turn and hears every answer but ReadyForQuery, which settles the promise. */
  run(messages: readonly Sent[], hear: (whole: Buffer) => void): Promise<Told>
  /** The same without a promise; the turn need not hear what it would hand to its client, see {@link asIs}. */
  pass(messages: readonly Buffer[], hear: (whole: Buffer) => void, done: Done): void
  /** Whether the server's next message, of this type, is of no interest here and may go past who hears. */
  asIs(type: number): boolean
  /** Whether a client's turn is with the server. */
  running(): boolean
  /** Sends more of the turn that runs. */
  more(whole: Buffer): void
  /** Whether the server takes rows from the client. */
  copying(): boolean
  /** Asks on the filter's own behalf: answers the first value of the last row, or the ErrorResponse. */
  ask(sql: string): Promise<{ value?: string; failure?: Buffer }>
  fromServer(whole: Buffer): void
  /** The connection has ended; what runs is never answered. */
  end(): void
}

interface Reaction {
  hear: (whole: Buffer) => void
  done: Done
  lost?: ((error: Error) => void) | undefined
}

interface Current extends Reaction {
  own: boolean
  /** Whether answers may go past those who hear them. */
  passes: boolean
  hidden: { '1': boolean[]; '3': boolean[] } | undefined
  copying: boolean
  code: string | undefined
}

/** @param aloud takes what the server says to nobody in particular */
export function createExchange(toServer: (whole: Buffer) => void, aloud: (whole: Buffer) => void): Exchange {
  let current: Current | undefined
  let ended = false

  function send({ whole, hidden = false }: Sent): void {
    const type = typeOf(whole)
    if (type === 'P') current?.hidden?.['1'].push(hidden)
    if (type === 'C') current?.hidden?.['3'].push(hidden)
    if (current && (type === 'c' || type === 'f')) current.copying = false
    toServer(whole)
  }

  function start(messages: readonly Sent[], { hear, done, lost }: Reaction, own = false): void {
    if (ended) {
      lost?.(new ConnectionEnded())
      return
    }
    const hidden = { '1': [], '3': [] }
    current = { hear, done, lost, own, passes: false, hidden, copying: false, code: undefined }
    for (const each of messages) send(each)
  }

  function pass(messages: readonly Buffer[], hear: (whole: Buffer) => void, done: Done): void {
    if (ended) return
    const hidden = undefined
    current = { hear, done, lost: undefined, own: false, passes: true, hidden, copying: false, code: undefined }
    for (const each of messages) toServer(each)
  }

  function run(messages: readonly Sent[], hear: (whole: Buffer) => void, own = false): Promise<Told> {
    return new Promise((done, lost) => start(messages, { hear, done, lost }, own))
  }

  return {
    run: (messages, hear) => run(messages, hear),
    pass,
    asIs: (type) => current?.passes === true && !isHeard(type),
    running: () => current?.own === false,
    more: (whole) => send({ whole }),
    copying: () => current?.copying ?? false,
    async ask(sql) {
      const answer: { value?: string; failure?: Buffer } = {}
      const note = (whole: Buffer) => {
        const value = typeOf(whole) === 'D' ? firstValue(whole) : undefined
        if (value !== undefined) answer.value = value
        if (typeOf(whole) === 'E') answer.failure = whole
      }
      await run([{ whole: query(sql) }], note, true)
      return answer
    },
    fromServer(whole) {
      const type = typeOf(whole)
      if (!current || type === 'S') {
        aloud(whole)
        return
      }
      if (type === 'Z') {
        const { done, code } = current
        current = undefined
        done({ status: String.fromCharCode(whole[5] ?? 0), code }, whole)
        return
      }
      if (type === 'G') current.copying = true
      if (type === 'E') {
        current.copying = false
        current.code ??= readFields(whole).get('C') ?? ''
      }
      if ((type === '1' || type === '3') && current.hidden?.[type].shift()) return
      current.hear(whole)
    },
    end() {
      ended = true
      current?.lost?.(new ConnectionEnded())
      current = undefined
    },
  }
}

const isHeard = oneOf('ESZG')

/** The client or the server has gone in the middle of something. */
export class ConnectionEnded extends Error {
  override name = 'ConnectionEnded'
}

/** Of a DataRow: a count of columns, then each with its length. */
function firstValue(row: Buffer): string | undefined {
  const length = row.length >= 11 ? row.readInt32BE(7) : -1
  return length < 0 ? undefined : row.toString('utf8', 11, 11 + length)
}
