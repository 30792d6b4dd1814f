import { type Piece, split } from '../statements/split.ts'
import { query } from '../wire/messages.ts'
import { readBind, readClose, readExecute, readParse, readQuery, writeParse } from '../wire/requests.ts'
import type { Answers } from './answers.ts'
import { classify, type Statement } from './classify.ts'
import { createPrepared } from './prepared.ts'
import { rewrite } from './rewrite.ts'
import { refusal } from './rules.ts'
import { idle, settle, step, type Transaction } from './transaction.ts'

/** Decides what PostgreSQL is sent in place of each of a session's messages. */
export interface Judge {
  /** A Query: every statement of its script is judged, as though those before it succeed. */
  simple(whole: Buffer): Buffer
  /** A message of the extended protocol. */
  extended(type: string, whole: Buffer): Buffer
  /** The server completed a Parse. */
  parsed(): void
  /** ReadyForQuery: the server tells where the transaction really stands. */
  settle(status: string): void
}

/** Begins with no transaction and nothing prepared. `user` is the role that logged in. */
export function createJudge(user: string, answers: Answers): Judge {
  const prepared = createPrepared()
  let transaction: Transaction = idle

  /** Moves the transaction on; answers the statement to send instead when a rule is broken. */
  function advance(statement: Statement): string | undefined {
    if (statement.kind === 'refused') return answers.refuse(statement.refusal)
    const next = step(transaction, statement.effect)
    if (typeof next === 'string') return answers.refuse(refusal(next))
    transaction = next
    return undefined
  }

  // What DSQL refuses in any transaction is refused here; what depends on the transaction, when it is executed.
  function parse(whole: Buffer): Buffer {
    const request = readParse(whole)
    const [piece, ...more] = split(request.sql)
    const statement: Statement = piece && more.length === 0 ? classify(piece, user) : { kind: 'plain', effect: 'none' }
    prepared.parse(request.name, statement)
    if (statement.kind === 'plain') return whole
    const sql = statement.kind === 'refused' ? answers.refuse(statement.refusal) : statement.sql
    return writeParse({ ...request, sql })
  }

  function execute(whole: Buffer): Buffer {
    const portal = prepared.execute(readExecute(whole))
    const broken = portal && !portal.resumed ? advance(portal.statement) : undefined
    answers.expect(portal && tagOf(portal.statement))
    // This Parse fails, so nothing is ever prepared under the name.
    return broken === undefined ? whole : writeParse({ name: 'refused', sql: broken, types: noTypes })
  }

  return {
    simple(whole) {
      const script = readQuery(whole)
      const pieces = split(script)
      const replacements = new Map<Piece, string>()
      for (const piece of pieces) {
        const statement = classify(piece, user)
        const replacement = advance(statement) ?? (statement.kind === 'translated' ? statement.sql : undefined)
        if (replacement !== undefined) replacements.set(piece, replacement)
        answers.expect(tagOf(statement))
      }
      if (replacements.size === 0) return whole
      const { text, position } = rewrite(script, pieces, replacements)
      answers.locate(position)
      return query(text)
    },
    extended(type, whole) {
      if (type === 'P') return parse(whole)
      if (type === 'E') return execute(whole)
      if (type === 'B') {
        const { portal, statement } = readBind(whole)
        prepared.bind(portal, statement)
      }
      if (type === 'C') {
        const { kind, name } = readClose(whole)
        prepared.close(kind, name)
      }
      return whole
    },
    parsed: prepared.parsed,
    settle(status) {
      transaction = settle(transaction, status)
      prepared.settle()
    },
  }
}

const noTypes = Buffer.alloc(2)

function tagOf(statement: Statement): string | undefined {
  return statement.kind === 'translated' ? statement.tag : undefined
}
