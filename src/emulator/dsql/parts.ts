import type { Piece } from '../statements/split.ts'
import { query } from '../wire/messages.ts'
import { readQuery } from '../wire/requests.ts'
import { parse } from './parser.ts'
import type { Script } from './script.ts'

/**
 * Cuts a Query where its script begins or ends a transaction, so that each part stands in one. Blanks take the place of
 * what is in other parts, so that positions stay. A script with a syntax error stays whole: PostgreSQL runs none of it.
 */
export function partsOf(whole: Buffer, { pieces, seen }: Script): Buffer[] {
  if (pieces.length < 2) return [whole]
  const groups: Piece[][] = []
  let open: Piece[] | undefined
  for (const [index, piece] of pieces.entries()) {
    const { effect } = seen[index] ?? {}
    const ends = effect === 'end' || effect === 'chain'
    if (!open || ends) {
      open = []
      groups.push(open)
    }
    open.push(piece)
    if (ends || effect === 'begin') open = undefined
  }
  if (groups.length < 2 || !pieces.every(isSound)) return [whole]
  const script = readQuery(whole)
  return groups.map((group) => {
    const [start, end] = [group[0]?.start ?? 0, group.at(-1)?.end ?? 0]
    return query(' '.repeat([...script.slice(0, start)].length) + script.slice(start, end))
  })
}

// What only DSQL has begins with words that PostgreSQL's grammar does not put there.
function isSound({ text, tokens }: Piece): boolean {
  return parse(text) !== undefined || tokens.some(({ text: word }) => /^(async|aws)$/i.test(word))
}
