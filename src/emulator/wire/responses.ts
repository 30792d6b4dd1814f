import { message, type ServerError } from './messages.ts'

/** The fields of an ErrorResponse or NoticeResponse by their one-letter names, in the order of the message. */
export type Fields = Map<string, string>

/** Reads an ErrorResponse or NoticeResponse. */
export function readFields(whole: Buffer): Fields {
  const parts = whole.subarray(5).toString('utf8').split('\0')
  return new Map(parts.filter((part) => part !== '').map((part) => [part.charAt(0), part.slice(1)]))
}

/** Writes an ErrorResponse (`E`) or NoticeResponse (`N`). */
export function writeFields(type: 'E' | 'N', fields: Fields): Buffer {
  const parts = [...fields].map(([name, value]) => `${name}${value}\0`)
  return message(type, Buffer.from(`${parts.join('')}\0`))
}

/** ErrorResponse of severity ERROR, which ends the statement and not the session. */
export function errorResponse({ code, message: text, hint, detail }: ServerError): Buffer {
  const fields: Fields = new Map(Object.entries({ S: 'ERROR', V: 'ERROR', C: code, M: text }))
  if (detail !== undefined) fields.set('D', detail)
  if (hint !== undefined) fields.set('H', hint)
  return writeFields('E', fields)
}

/** CommandComplete. */
export function commandComplete(tag: string): Buffer {
  return message('C', Buffer.from(`${tag}\0`))
}
