import { Buffer } from 'node:buffer'
import { PrismaIamError } from '../errors.ts'
import { locator } from './locate.ts'

/** A token of PostgreSQL's own scanner; comments are left out. */
export interface Token {
  text: string
  /** The keyword in capitals; `undefined` for names, constants and signs. */
  keyword: string | undefined
  /** Index in the script, as JavaScript counts. */
  start: number
  /** Index behind the token. */
  end: number
}

const byteOrderMark = '\ufeff'

/**
 * The tokens of a script, by the scanner of PostgreSQL 18. A byte order mark at the start is white space, as for `psql`.
 *
 * @throws PrismaIamError `PRISMA_IAM_SQL_UNREADABLE` where a quote or comment never ends, or a character cannot be sent.
 */
export async function readTokens(script: string): Promise<Token[]> {
  const scanned = await scanScript(script)
  if ('tokens' in scanned) return scanned.tokens
  const { line, column } = locator(script)(scanned.index)
  throw new PrismaIamError(
    'PRISMA_IAM_SQL_UNREADABLE',
    `The SQL text cannot be read at line ${line}, column ${column}: ${scanned.fact}.`,
  )
}

/** Why a script has no tokens, and where. */
export interface Unreadable {
  /** In PostgreSQL's words, without the text of the script. */
  fact: string
  /** As JavaScript counts. */
  index: number
}

/** What {@link readTokens} gives, or why it gives nothing. */
export async function scanScript(script: string): Promise<{ tokens: Token[] } | Unreadable> {
  const hidden = script.indexOf('\0')
  if (hidden !== -1) return { fact: 'a NUL character', index: hidden }
  const half = script.search(/\p{Surrogate}/u)
  if (half !== -1) return { fact: 'half a surrogate pair, which is not UTF-8', index: half }
  const marked = script.startsWith(byteOrderMark) ? 1 : 0
  const sql = script.slice(marked)
  // Other blanks than these are letters to PostgreSQL; the scanner cannot read a script of nothing.
  if (/^[ \t\n\r\f\v]*$/.test(sql)) return { tokens: [] }
  const { scan } = await import('libpg-query')
  const scanned = await scan(sql).catch(() => undefined)
  if (scanned === undefined) {
    const { fact, index } = await readFailure(sql)
    return { fact, index: index + marked }
  }
  const indexOf = byteIndexes(sql)
  const tokens = scanned.tokens
    .filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT')
    .map(({ text, keywordName, start, end }) => ({
      text,
      keyword: keywordName === 'NO_KEYWORD' ? undefined : text.toUpperCase(),
      start: indexOf(start) + marked,
      end: indexOf(end) + marked,
    }))
  return { tokens }
}

/** What the scanner says of a failure is lost in its JSON; the parser, which scans as well, can be asked for it. */
async function readFailure(sql: string): Promise<Unreadable> {
  const { parse, hasSqlDetails } = await import('libpg-query')
  const failure: unknown = await parse(sql).catch((error: unknown) => error)
  const details = hasSqlDetails(failure) ? failure.sqlDetails : undefined
  const { message = 'a quote or comment that never ends', cursorPosition = 0 } = details ?? {}
  // The position counts characters, and the words may go on with the whole rest of the script.
  const index = [...sql].slice(0, cursorPosition).join('').length
  return { fact: message.replace(/ at (or near "[\s\S]*|end of input)$/, ''), index }
}

/** The scanner counts bytes. Offsets must be asked for in rising order. */
function byteIndexes(sql: string): (byte: number) => number {
  if (Buffer.byteLength(sql) === sql.length) return (byte) => byte
  let index = 0
  let bytes = 0
  return (byte) => {
    while (bytes < byte) {
      const character = String.fromCodePoint(sql.codePointAt(index) ?? 0)
      bytes += Buffer.byteLength(character)
      index += character.length
    }
    return index
  }
}
