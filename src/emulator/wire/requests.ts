import { message } from './messages.ts'

/** Sync of the extended protocol. */
export const sync: Buffer = message('S')

/** The text of a Query message, up to the first NUL as PostgreSQL reads it. */
export function readQuery(whole: Buffer): string {
  return text(whole, 5, endOf(whole, 5))
}

/** A Parse message: the statement's name, its text, and where what follows (the parameter types) begins. */
export interface ParseRequest {
  name: string
  sql: string
  typesAt: number
}

/** Reads a Parse message. */
export function readParse(whole: Buffer): ParseRequest {
  const nameEnd = endOf(whole, 5)
  const sqlEnd = endOf(whole, nameEnd + 1)
  return { name: text(whole, 5, nameEnd), sql: text(whole, nameEnd + 1, sqlEnd), typesAt: sqlEnd + 1 }
}

/** Writes a Parse message; `types` are as another had them. */
export function writeParse(name: string, sql: string, types: Buffer): Buffer {
  return message('P', Buffer.from(`${name}\0${sql}\0`), types)
}

/** A Bind message: what it names, and where what follows (the parameters and formats) begins. */
export interface BindRequest {
  portal: string
  statement: string
  restAt: number
}

/** Reads a Bind message. */
export function readBind(whole: Buffer): BindRequest {
  const portalEnd = endOf(whole, 5)
  const statementEnd = endOf(whole, portalEnd + 1)
  return {
    portal: text(whole, 5, portalEnd),
    statement: text(whole, portalEnd + 1, statementEnd),
    restAt: statementEnd + 1,
  }
}

/** Writes a Bind message; `rest` is as another had it. */
export function writeBind(portal: string, statement: string, rest: Buffer): Buffer {
  return message('B', Buffer.from(`${portal}\0${statement}\0`), rest)
}

/** Writes a Close message for a prepared statement. */
export function closeStatement(name: string): Buffer {
  return message('C', Buffer.from(`S${name}\0`))
}

/** Reads the portal that an Execute message names. */
export function readExecute(whole: Buffer): string {
  return text(whole, 5, endOf(whole, 5))
}

/** Reads what a Close message closes: a prepared `S`tatement or a `P`ortal. */
export function readClose(whole: Buffer): { kind: string; name: string } {
  return { kind: String.fromCharCode(whole[5] ?? 0), name: text(whole, 6, endOf(whole, 6)) }
}

/** Where the string that begins at `from` ends. PostgreSQL refuses a message whose end comes first; what is read then matters to nobody. */
function endOf(whole: Buffer, from: number): number {
  // Names are short: to look for their end here is faster than to have it looked for outside of JavaScript.
  for (let at = from; at < from + nameLength; at++) if (whole[at] === 0) return at
  const end = whole.indexOf(0, from)
  return end === -1 ? whole.length : end
}

const nameLength = 16

function text(whole: Buffer, from: number, end: number): string {
  return from === end ? '' : whole.toString('utf8', from, end)
}
