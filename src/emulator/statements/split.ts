import { isWord, scan, type Token } from './tokens.ts'

/** One statement of a script: from its first token to its last, without the semicolon. */
export interface Piece {
  text: string
  /** Where it stands in the script, in UTF-16 units. */
  start: number
  end: number
  /** Its tokens; positions count from the beginning of the script. */
  tokens: readonly Token[]
}

/**
 * Cuts a script into its statements; empty ones are left out.
 * A semicolon in parentheses (`CREATE RULE`) or in the body of a function (`BEGIN ATOMIC … END`) cuts nothing.
 */
export function split(sql: string): Piece[] {
  const pieces: Piece[] = []
  let tokens: Token[] = []
  let parentheses = 0
  // Inside a body, CASE and END pair up as well.
  let blocks = 0
  const cut = () => {
    const [first, last] = [tokens[0], tokens.at(-1)]
    if (first && last)
      pieces.push({ text: sql.slice(first.start, last.end), start: first.start, end: last.end, tokens })
    tokens = []
    parentheses = 0
    blocks = 0
  }
  for (const token of scan(sql)) {
    if (token.text === ';' && parentheses === 0 && blocks === 0) {
      cut()
      continue
    }
    if (token.text === '(') parentheses++
    else if (token.text === ')') parentheses = Math.max(0, parentheses - 1)
    else if (isWord(token, 'ATOMIC') && isWord(tokens.at(-1), 'BEGIN') && isRoutine(tokens)) blocks++
    else if (blocks > 0 && isWord(token, 'CASE')) blocks++
    else if (blocks > 0 && isWord(token, 'END')) blocks--
    tokens.push(token)
  }
  cut()
  return pieces
}

// Elsewhere `begin atomic` is a column and its alias.
function isRoutine([create, ...rest]: readonly Token[]): boolean {
  const object = isWord(rest[0], 'OR') ? rest[2] : rest[0]
  return isWord(create, 'CREATE') && (isWord(object, 'FUNCTION') || isWord(object, 'PROCEDURE'))
}
