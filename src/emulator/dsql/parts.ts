import type { Piece } from '../statements/split.ts'
import { query, typeOf } from '../wire/messages.ts'
import { readQuery, sync } from '../wire/requests.ts'
import { parse } from './parser.ts'
import type { Script, Seen } from './script.ts'

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

/**
 * Cuts a batch behind the Execute that begins a transaction, where more statements came with it, as Java's driver sends
 * them; the first part gets a Sync of its own.
 */
export function partsOfBatch(messages: readonly Buffer[], seen: readonly Seen[]): Buffer[][] {
  const executes = messages.flatMap((each, at) => (typeOf(each) === 'E' ? [at] : []))
  const begin = seen.findIndex(({ effect }) => effect === 'begin')
  const at = executes[begin]
  if (at === undefined || seen.length !== executes.length || begin === executes.length - 1) return [[...messages]]
  return [[...messages.slice(0, at + 1), sync], messages.slice(at + 1)]
}

// What only DSQL has begins with words that PostgreSQL's grammar does not put there.
function isSound({ text, tokens }: Piece): boolean {
  return parse(text) !== undefined || tokens.some(({ text: word }) => /^(async|aws)$/i.test(word))
}
