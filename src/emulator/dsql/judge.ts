import type { Piece } from '../statements/split.ts'
import { query, type ServerError, typeOf } from '../wire/messages.ts'
import { readBind, readClose, readExecute, readParse, readQuery, writeParse } from '../wire/requests.ts'
import type { Answers } from './answers.ts'
import type { Statement } from './classify.ts'
import { createPrepared, type PreparedStatement } from './prepared.ts'
import { rewrite } from './rewrite.ts'
import { refusal } from './rules.ts'
import { createReader, type Reading, type Script, type Seen, unreadable } from './script.ts'
import { idle, settle, step, type Transaction } from './transaction.ts'

/** Decides what PostgreSQL is sent in place of each of a session's messages. */
export interface Judge {
  /** Where the session stands. */
  transaction(): Transaction
  /** What a Query says, by itself. */
  read(whole: Buffer): Script
  /** What a turn is about to run; decides nothing yet. */
  preview(messages: readonly Buffer[]): readonly Seen[]
  /** What is prepared under a name. */
  named(name: string): PreparedStatement | undefined
  /** Refuses the turn's first statement that is no ROLLBACK, with this error. */
  doom(error: ServerError): void
  /** What to send for a message; every statement of a Query is judged as though those before it succeed. */
  judged(whole: Buffer): Buffer
  /** The server completed a Parse. */
  parsed(): void
  /** ReadyForQuery: the server tells where the transaction really stands. */
  settle(status: string): void
  /** Takes the session back to where it stood, for what ran is run again. */
  rewind(transaction: Transaction): void
}

/** Begins with no transaction and nothing prepared. `user` is the role that logged in. */
export function createJudge(user: string, answers: Answers): Judge {
  const prepared = createPrepared()
  const read = createReader(user)
  /** The last Query that was read: a turn is looked at first, and judged then. */
  let latest: { whole: Buffer; sql: string; script: Script } | undefined
  let transaction: Transaction = idle
  let doomed: ServerError | undefined

  /** Moves the transaction on; answers the statement to send instead when a rule is broken. */
  function advance({ statement, text }: Reading): string | undefined {
    if (doomed !== undefined && !/^(rollback|abort)\b/i.test(text)) {
      const error = doomed
      doomed = undefined
      return answers.refuse(error)
    }
    if (statement.kind === 'refused') return answers.refuse(statement.refusal)
    const next = step(transaction, statement.effect)
    if (typeof next === 'string') return answers.refuse(refusal(next))
    transaction = next
    return undefined
  }

  // What DSQL refuses in any transaction is refused here; what depends on the transaction, when it is executed.
  function parse(whole: Buffer): Buffer {
    const { name, sql, typesAt } = readParse(whole)
    const reading = prepare(sql)
    const { statement } = reading
    const types = () => whole.subarray(typesAt)
    prepared.parse({ name, sql, reading, types })
    if (statement.kind === 'plain') return whole
    return writeParse(name, statement.kind === 'refused' ? answers.refuse(statement.refusal) : statement.sql, types())
  }

  function execute(whole: Buffer): Buffer {
    const portal = prepared.execute(readExecute(whole))
    const broken = portal && !portal.resumed ? advance(portal.bound.reading) : undefined
    answers.expect(portal && tagOf(portal.bound.reading.statement))
    // This Parse fails, so nothing is ever prepared under the name.
    return broken === undefined ? whole : writeParse('refused', broken, noTypes)
  }

  function prepare(sql: string): Reading {
    const { readings } = read(sql)
    return (readings.length === 1 && readings[0]) || unreadable
  }

  /** Statements and portals that the turn itself makes come before those that are there. */
  function previewBatch(messages: readonly Buffer[]): Seen[] {
    const statements = new Map<string, Seen>()
    const portals = new Map<string, Seen | undefined>()
    const all: Seen[] = []
    for (const whole of messages) {
      const type = typeOf(whole)
      if (type === 'P') {
        const { name, sql } = readParse(whole)
        statements.set(name, prepare(sql).seen)
      } else if (type === 'B') {
        const { portal, statement } = readBind(whole)
        portals.set(portal, statements.get(statement) ?? prepared.named(statement)?.reading.seen)
      } else if (type === 'E') {
        const portal = readExecute(whole)
        const seen = portals.has(portal) ? portals.get(portal) : prepared.boundTo(portal)?.reading.seen
        if (seen) all.push(seen)
      }
    }
    return all
  }

  function readWhole(whole: Buffer): { sql: string; script: Script } {
    if (latest?.whole === whole) return latest
    const sql = readQuery(whole)
    latest = { whole, sql, script: read(sql) }
    return latest
  }

  function simple(whole: Buffer): Buffer {
    const { sql, script } = readWhole(whole)
    const { pieces, readings } = script
    const replacements: [Piece, string][] = []
    readings.forEach((reading, index) => {
      const { statement } = reading
      const replacement = advance(reading) ?? (statement.kind === 'translated' ? statement.sql : undefined)
      if (replacement !== undefined) replacements.push([pieces[index] as Piece, replacement])
      answers.expect(tagOf(statement))
    })
    if (replacements.length === 0) return whole
    const { text, position } = rewrite(sql, pieces, new Map(replacements))
    answers.locate(position)
    return query(text)
  }

  return {
    transaction: () => transaction,
    read: (whole) => readWhole(whole).script,
    preview(messages) {
      const [first] = messages
      if (!first || typeOf(first) !== 'Q') return previewBatch(messages)
      return readWhole(first).script.seen
    },
    named: prepared.named,
    doom(error) {
      doomed = error
    },
    rewind(before) {
      transaction = before
    },
    judged(whole) {
      switch (typeOf(whole)) {
        case 'Q':
          return simple(whole)
        case 'P':
          return parse(whole)
        case 'E':
          return execute(whole)
        case 'B': {
          const { portal, statement } = readBind(whole)
          prepared.bind(portal, statement)
          return whole
        }
        case 'C': {
          const { kind, name } = readClose(whole)
          prepared.close(kind, name)
          return whole
        }
        default:
          return whole
      }
    },
    parsed: prepared.parsed,
    settle(status) {
      transaction = settle(transaction, status)
      doomed = undefined
      prepared.settle()
    },
  }
}

const noTypes = Buffer.alloc(2)

function tagOf(statement: Statement): string | undefined {
  return statement.kind === 'translated' ? statement.tag : undefined
}
