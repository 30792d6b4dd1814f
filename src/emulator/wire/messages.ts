/** A refusal in the fields of an ErrorResponse. */
export interface ServerError {
  code: string
  message: string
  hint?: string
  detail?: string
}

/** A typed message: type, length, body. */
export function message(type: string, ...body: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(5, type)
  const whole = Buffer.concat([head, ...body])
  whole.writeInt32BE(whole.length - 1, 1)
  return whole
}

/** Which kind of message this is; it is whole, so it has a type. */
export function typeOf(whole: Buffer): string {
  return String.fromCharCode(whole[0] ?? 0)
}

/** Tells of a type, by its byte, whether it is one of these letters. */
export function oneOf(letters: string): (type: number | undefined) => boolean {
  const known = new Uint8Array(256)
  for (const letter of letters) known[letter.charCodeAt(0)] = 1
  return (type) => known[type ?? 0] === 1
}

/** ErrorResponse of severity FATAL, as every refusal of a login is. */
export function fatal({ code, message: text, hint }: ServerError): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${code}`, `M${text}`, ...(hint === undefined ? [] : [`H${hint}`])]
  return message('E', Buffer.from(`${fields.join('\0')}\0\0`))
}

/** The text of an ErrorResponse. */
export function errorText(whole: Buffer): string {
  const fields = whole.subarray(5).toString('utf8').split('\0')
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'unknown error'
}

/** AuthenticationOk. */
export function authenticationOk(): Buffer {
  return message('R', int32(0))
}

/** AuthenticationCleartextPassword: the question whose answer is a token. */
export function askCleartextPassword(): Buffer {
  return message('R', int32(3))
}

/** PasswordMessage, and any other answer to a question of authentication. */
export function passwordMessage(content: Uint8Array): Buffer {
  return message('p', content)
}

/** The text of a PasswordMessage; undefined when it is something else or not one NUL-terminated text. */
export function readPassword(whole: Buffer): string | undefined {
  const end = whole.indexOf(0, 5)
  return typeOf(whole) === 'p' && end === whole.length - 1 ? whole.subarray(5, end).toString('utf8') : undefined
}

/** Query of the simple protocol. */
export function query(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`))
}

/** ReadyForQuery: `I`dle, in a `T`ransaction, or in a failed one. */
export function readyForQuery(status: string): Buffer {
  return message('Z', Buffer.from(status))
}

/** ParameterStatus. */
export function parameterStatus(name: string, value: string): Buffer {
  return message('S', Buffer.from(`${name}\0${value}\0`))
}

/** The name and value in a ParameterStatus. */
export function readParameterStatus(whole: Buffer): [name: string, value: string] {
  const [name = '', value = ''] = whole.subarray(5).toString('utf8').split('\0')
  return [name, value]
}

/** NegotiateProtocolVersion: the newest version that is spoken here, and the options that are not. */
export function negotiateProtocolVersion(minor: number, unknown: readonly string[]): Buffer {
  const names = unknown.map((name) => `${name}\0`).join('')
  return message('v', int32((3 << 16) | minor), int32(unknown.length), Buffer.from(names))
}

/** Four bytes, big-endian. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
