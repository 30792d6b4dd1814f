import { Buffer } from 'node:buffer'
import { PrismaIamError } from '../errors.ts'

/** PostgreSQL cuts longer names off without an error (NAMEDATALEN - 1), so two long names could become one. */
const identifierBytes = 63

/**
 * Quotes a name for SQL text; always in double quotes, so its case survives.
 *
 * @throws PrismaIamError `PRISMA_IAM_SQL_UNQUOTABLE` for a name that is empty, longer than 63 bytes or cannot be sent.
 */
export function identifier(name: string): string {
  if (name === '') throw unquotable('A name in SQL must not be empty.')
  assertSendable(name)
  const bytes = Buffer.byteLength(name)
  if (bytes > identifierBytes) {
    throw unquotable(
      `The name ${JSON.stringify(name)} has ${bytes} bytes; PostgreSQL would cut it to ${identifierBytes}.`,
    )
  }
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * Quotes a text for SQL text. It means the same with `standard_conforming_strings` on and off.
 *
 * @throws PrismaIamError `PRISMA_IAM_SQL_UNQUOTABLE` for a text that cannot be sent; the text is not repeated.
 */
export function literal(text: string): string {
  assertSendable(text)
  const quoted = `'${text.replaceAll("'", "''")}'`
  // The space keeps a word that stands before the literal from growing an E.
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

function assertSendable(text: string): void {
  if (text.includes('\0')) throw unquotable('A text with a NUL character cannot be sent to PostgreSQL.')
  if (/\p{Surrogate}/u.test(text)) throw unquotable('A text with half a surrogate pair is not UTF-8.')
}

function unquotable(message: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_SQL_UNQUOTABLE', message)
}
