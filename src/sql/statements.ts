import { locator } from './locate.ts'
import { readTokens, type Token } from './tokens.ts'

/** One statement of a script. */
export interface Statement {
  /** From its first token to its last, without the semicolon. */
  text: string
  /** Index in the script, as JavaScript counts. */
  start: number
  /** Counted from 1. */
  line: number
  /** In characters, counted from 1. */
  column: number
}

/**
 * Splits a script into statements where PostgreSQL would; empty ones are left out.
 *
 * @throws PrismaIamError `PRISMA_IAM_SQL_UNREADABLE`.
 */
export async function splitStatements(script: string): Promise<Statement[]> {
  const statements = groupTokens(await readTokens(script))
  const locate = locator(script)
  return statements.map(({ first, last }) => ({
    text: script.slice(first.start, last.end),
    start: first.start,
    ...locate(first.start),
  }))
}

/** The tokens of one statement; never empty. */
export interface TokenGroup {
  first: Token
  last: Token
  tokens: readonly Token[]
}

/** Groups tokens by statement, minding parentheses (rules) and `BEGIN ATOMIC … END` (bodies of SQL functions). */
export function groupTokens(tokens: readonly Token[]): TokenGroup[] {
  const groups: Token[][] = [[]]
  let parentheses = 0
  let blocks = 0
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') parentheses++
    else if (token.text === ')') parentheses = Math.max(0, parentheses - 1)
    else if (token.keyword === 'ATOMIC' && tokens[index - 1]?.keyword === 'BEGIN' && isRoutine(groups.at(-1))) blocks++
    else if (blocks > 0 && token.keyword === 'CASE') blocks++
    else if (blocks > 0 && token.keyword === 'END') blocks--
    if (token.text === ';' && parentheses === 0 && blocks === 0) groups.push([])
    else groups.at(-1)?.push(token)
  }
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)]
    return first && last ? [{ first, last, tokens: group }] : []
  })
}

/** Elsewhere `begin atomic` is a name and its alias. */
function isRoutine(tokens: readonly Token[] = []): boolean {
  const words = tokens.slice(0, 4).map(({ keyword }) => keyword)
  const object = words[1] === 'OR' ? words[3] : words[1]
  return words[0] === 'CREATE' && (object === 'FUNCTION' || object === 'PROCEDURE')
}
