import { type Piece, split } from '../statements/split.ts'
import { classify, type Statement } from './classify.ts'
import type { Lock } from './effects.ts'
import { remembered } from './remembered.ts'
import type { Effect } from './transaction.ts'

/** A statement that a turn is about to run. */
export interface Seen {
  text: string
  effect: Effect
  /** How it locks what it reads. */
  lock?: Lock
  /** Whether it may change more rows than its tag tells. */
  spreads: boolean
  /** Whether the client has rows to send in the middle of it, as for COPY. */
  asks: boolean
}

/** One statement as it is judged by itself; `text` begins with its first word. */
export interface Reading {
  text: string
  statement: Statement
  seen: Seen
}

/** What a Query or a Parse says: its statements, and what is to be done with each. */
export interface Script {
  pieces: readonly Piece[]
  readings: readonly Reading[]
  seen: readonly Seen[]
}

/** Reads scripts for one role, and remembers the last ones. */
export function createReader(user: string): (sql: string) => Script {
  return remembered((sql) => {
    const pieces = split(sql)
    const readings = pieces.map((piece) => read(piece.text, classify(piece, user)))
    return { pieces, readings, seen: readings.map(({ seen }) => seen) }
  })
}

/** What cannot be prepared: PostgreSQL refuses it with its own words. */
export const unreadable: Reading = read('', { kind: 'plain', effect: 'none' })

function read(text: string, statement: Statement): Reading {
  const effect = statement.kind === 'refused' ? 'none' : statement.effect
  const { lock, spreads = false } = statement.kind === 'plain' ? statement : {}
  return { text, statement, seen: { text, effect, ...(lock && { lock }), spreads, asks: /^copy\b/i.test(text) } }
}
