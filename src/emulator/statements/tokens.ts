/** One lexical element of a script, comments and white space left out; `start` and `end` count UTF-16 units. */
export interface Token {
  kind: 'word' | 'quoted' | 'string' | 'symbol'
  /** As written. */
  text: string
  start: number
  end: number
}

/**
 * Scans SQL by PostgreSQL's lexical rules (`standard_conforming_strings` on), as far as finding statements needs them:
 * operators and numbers come in pieces. What is not terminated runs to the end. Linear in the length of the script.
 */
export function scan(sql: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    const end = skipBlank(sql, at)
    if (end > at) {
      at = end
      continue
    }
    const [kind, next] = readToken(sql, at)
    tokens.push({ kind, text: sql.slice(at, next), start: at, end: next })
    at = next
  }
  return tokens
}

/** Whether a token is this key word, which is never quoted. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word
}

function skipBlank(sql: string, at: number): number {
  if (sql.startsWith('--', at)) return match(/[^\r\n]*/y, sql, at)
  if (!sql.startsWith('/*', at)) return match(/[ \t\n\r\f\v]+/y, sql, at)
  // Comments nest.
  const edge = /\/\*|\*\//g
  edge.lastIndex = at
  for (let depth = 0; ; ) {
    const found = edge.exec(sql)
    if (!found) return sql.length
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
}

// The loops are unrolled, for a group that repeats by the character overflows the stack on a literal of some megabytes.
const plainString = /'[^']*(?:''[^']*)*(?:'|$)/y
const escapeString = /'[^'\\]*(?:(?:''|\\[\s\S])[^'\\]*)*\\?(?:'|$)/y
const bitString = /'[^']*(?:'|$)/y
const quotedName = /"[^"]*(?:""[^"]*)*(?:"|$)/y
const word = /[A-Za-z_\u0080-\u{10ffff}][A-Za-z_0-9$\u0080-\u{10ffff}]*/uy
// Digits take along what sticks to them (`1e5`, `0x1F`), so that no word begins inside a number.
const number = /[0-9][A-Za-z_0-9\u0080-\u{10ffff}]*/uy

function readToken(sql: string, at: number): [Token['kind'], number] {
  const [first, second] = [sql.charAt(at), sql.charAt(at + 1)]
  if (first === "'") return ['string', readString(plainString, sql, at)]
  if (first === '"') return ['quoted', match(quotedName, sql, at)]
  if (first === '$') return readDollar(sql, at)
  if (second === "'" && /[eE]/.test(first)) return ['string', readString(escapeString, sql, at + 1)]
  if (second === "'" && /[bBxX]/.test(first)) return ['string', readString(bitString, sql, at + 1)]
  // U&'…' and U&"…" end like their plain kinds.
  if (second === '&' && /[uU]/.test(first) && /['"]/.test(sql.charAt(at + 2))) return readToken(sql, at + 2)
  const end = match(/[0-9]/.test(first) ? number : word, sql, at)
  return end > at ? ['word', end] : ['symbol', at + 1]
}

// Behind a line break a string goes on, by the rules of its beginning.
function readString(part: RegExp, sql: string, at: number): number {
  const end = match(part, sql, at)
  let here = end
  let broken = false
  for (let next = here; ; here = next) {
    next = match(/[ \t\n\r\f\v]+|--[^\r\n]*/y, sql, here)
    if (next === here) break
    broken ||= /[\r\n]/.test(sql.slice(here, next))
  }
  return broken && sql.charAt(here) === "'" ? readString(part, sql, here) : end
}

function readDollar(sql: string, at: number): [Token['kind'], number] {
  const tagEnd = match(/\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y, sql, at)
  if (tagEnd === at) return ['symbol', match(/\$\d*/y, sql, at)]
  const close = sql.indexOf(sql.slice(at, tagEnd), tagEnd)
  return ['string', close === -1 ? sql.length : close + tagEnd - at]
}

function match(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(sql) ? pattern.lastIndex : at
}
