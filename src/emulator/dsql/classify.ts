import type { Piece } from '../statements/split.ts'
import type { ServerError } from '../wire/messages.ts'
import { effectOf, type Lock, lockOf, spreads } from './effects.ts'
import { parse } from './parser.ts'
import { remembered } from './remembered.ts'
import { refuseStatement } from './statements.ts'
import type { Effect } from './transaction.ts'
import { translate } from './translate.ts'

/** What is to be done with a statement: send it as it is, refuse it, or send another and tell the client `tag`. */
export type Statement =
  | { kind: 'plain'; effect: Effect; lock?: Lock; spreads?: boolean }
  | { kind: 'refused'; refusal: ServerError }
  | { kind: 'translated'; effect: 'ddl' | 'none'; sql: string; tag: string }

/** Judges one statement of a user by itself, by its tokens first and then by PostgreSQL 16's own parser. */
export function classify(piece: Piece, user: string): Statement {
  const translation = translate(piece, user)
  if (translation && 'refusal' in translation) return { kind: 'refused', ...translation }
  if (translation) return { kind: 'translated', ...translation }
  return judge(piece.text)
}

const judge = remembered((sql): Statement => {
  const tree = parse(sql)
  // PostgreSQL refuses the whole text with its own words and position.
  if (!tree) return { kind: 'plain', effect: 'none' }
  const refusal = refuseStatement(tree)
  if (refusal) return { kind: 'refused', refusal }
  const effect = effectOf(tree)
  const lock = effect === 'none' ? lockOf(tree) : undefined
  return { kind: 'plain', effect, ...(lock && { lock }), ...(effect === 'dml' && spreads(tree) && { spreads: true }) }
})
