import { Buffer } from 'node:buffer'
import { PrismaIamError } from '../errors.ts'

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
 * @throws PrismaIamError `PRISMA_IAM_SQL_UNREADABLE` where a quote or comment never ends, or a NUL hides the rest.
 */
export async function readTokens(script: string): Promise<Token[]> {
  if (script.includes('\0')) throw unreadable('a NUL character')
  const marked = script.startsWith(byteOrderMark) ? 1 : 0
  const sql = script.slice(marked)
  if (sql.trim() === '') return []
  const { scan } = await import('libpg-query')
  const { tokens } = await scan(sql).catch(() => {
    // What the scanner says of a quote without an end is lost in its JSON.
    throw unreadable('a quote or comment that never ends')
  })
  const indexOf = byteIndexes(sql)
  return tokens
    .filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT')
    .map(({ text, keywordName, start, end }) => ({
      text,
      keyword: keywordName === 'NO_KEYWORD' ? undefined : text.toUpperCase(),
      start: indexOf(start) + marked,
      end: indexOf(end) + marked,
    }))
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

function unreadable(fact: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_SQL_UNREADABLE', `The SQL text cannot be read: it has ${fact}.`)
}
