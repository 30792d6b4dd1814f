/** A login token taken apart: `HOST[:PORT]/?name=value&…`, the URL of a presigned GET without its scheme. */
export interface ParsedToken {
  /** `HOST` or `HOST:PORT`, as signed in the `host` header. */
  authority: string
  /** Decoded values by name; every name once. */
  parameters: ReadonlyMap<string, string>
  /** `name=value` as it stands in the token, canonically encoded. */
  pairs: readonly string[]
}

/**
 * Takes a token apart, or says in one sentence why it cannot be one.
 *
 * Only the canonical encoding of SigV4 (RFC 3986 unreserved characters bare, everything else as upper-case `%XX`)
 * is read. Whether AWS also reads others, such as `+` or lower-case hex, is unknown; its own signers write only this.
 */
export function parseToken(token: string): ParsedToken | string {
  const cut = token.indexOf('/?')
  if (cut < 1) return 'it is not HOST/?PARAMETERS'
  const pairs = token.slice(cut + 2).split('&')
  const parameters = new Map<string, string>()
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals < 1) return 'a parameter has no name or no value'
    const name = pair.slice(0, equals)
    const value = decode(pair.slice(equals + 1))
    if (value === undefined) return `${printable(name)} is not canonically percent-encoded`
    if (parameters.has(name)) return `${printable(name)} stands there twice`
    parameters.set(name, value)
  }
  return { authority: token.slice(0, cut), parameters, pairs }
}

/** Reads `YYYYMMDDTHHMMSSZ`; undefined when that is no moment of a calendar. */
export function parseAmzDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second] = match
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) || formatAmzDate(date) !== text ? undefined : date
}

/** Writes `YYYYMMDDTHHMMSSZ`. */
export function formatAmzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '')
}

function decode(raw: string): string | undefined {
  try {
    const value = decodeURIComponent(raw)
    return encode(value) === raw ? value : undefined
  } catch {
    return undefined
  }
}

function encode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function printable(name: string): string {
  return /^[\w-]{1,40}$/.test(name) ? name : 'a parameter'
}
