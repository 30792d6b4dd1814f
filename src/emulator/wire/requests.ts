import { message } from './messages.ts'

/** Sync of the extended protocol. */
export const sync: Buffer = message('S')

/** The text of a Query message, up to the first NUL as PostgreSQL reads it. */
export function readQuery(whole: Buffer): string {
  return readString(whole, 5)[0]
}

/** A Parse message: the statement's name, its text, and whatever follows it (the parameter types) as it came. */
export interface ParseRequest {
  name: string
  sql: string
  types: Buffer
}

/** Reads a Parse message. */
export function readParse(whole: Buffer): ParseRequest {
  const [name, behindName] = readString(whole, 5)
  const [sql, behindSql] = readString(whole, behindName)
  return { name, sql, types: whole.subarray(behindSql) }
}

/** Writes a Parse message. */
export function writeParse({ name, sql, types }: ParseRequest): Buffer {
  return message('P', Buffer.from(`${name}\0${sql}\0`), types)
}

/** A Bind message: what it names, and whatever follows (the parameters and formats) as it came. */
export interface BindRequest {
  portal: string
  statement: string
  rest: Buffer
}

/** Reads a Bind message. */
export function readBind(whole: Buffer): BindRequest {
  const [portal, behindPortal] = readString(whole, 5)
  const [statement, behindStatement] = readString(whole, behindPortal)
  return { portal, statement, rest: whole.subarray(behindStatement) }
}

/** Writes a Bind message. */
export function writeBind({ portal, statement, rest }: BindRequest): Buffer {
  return message('B', Buffer.from(`${portal}\0${statement}\0`), rest)
}

/** Writes a Close message for a prepared statement. */
export function closeStatement(name: string): Buffer {
  return message('C', Buffer.from(`S${name}\0`))
}

/** Reads the portal that an Execute message names. */
export function readExecute(whole: Buffer): string {
  return readString(whole, 5)[0]
}

/** Reads what a Close message closes: a prepared `S`tatement or a `P`ortal. */
export function readClose(whole: Buffer): { kind: string; name: string } {
  return { kind: String.fromCharCode(whole[5] ?? 0), name: readString(whole, 6)[0] }
}

function readString(whole: Buffer, from: number): [text: string, next: number] {
  const end = whole.indexOf(0, from)
  // PostgreSQL refuses such a message as invalid; what is read here matters to nobody.
  if (end === -1) return [whole.toString('utf8', from), whole.length]
  return [whole.toString('utf8', from, end), end + 1]
}
