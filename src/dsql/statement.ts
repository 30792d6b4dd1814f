import { Buffer } from 'node:buffer'
import type { Node } from 'libpg-query'
import { locator } from '../sql/locate.ts'
import { groupTokens, type TokenGroup } from '../sql/statements.ts'
import type { Token } from '../sql/tokens.ts'
import type { Place } from '../steps/step.ts'

export type { Node } from 'libpg-query'

/** One statement of a script, read twice: by PostgreSQL's scanner and by its parser. */
export interface Statement {
  /** Without the semicolon. */
  text: string
  /** Places count from the beginning of `text`. */
  tokens: readonly Token[]
  /** `undefined` where PostgreSQL's grammar has no such statement. */
  tree: Node | undefined
  /** Whether it says ASYNC, which the tree does not show. */
  async: boolean
  /** The token that begins at a location of the tree, or the first behind it. */
  tokenAt(location: number | undefined): number
  /** The location, as the tree counts, of a token. */
  locationOf(token: number): number
  /** Where a location of the tree stands in the script. */
  placeOf(location?: number): Place
}

/** The statements of tokens. Those that only DSQL has are known by their tokens, before any parser sees them. */
export async function readStatements(script: string, tokens: readonly Token[]): Promise<Statement[]> {
  const parse = await loadParser()
  const locate = locator(script)
  return groupTokens(tokens).map((group) => readStatement(script, group, parse, locate))
}

type Parse = (sql: string) => Node | undefined

async function loadParser(): Promise<Parse> {
  const { loadModule, parseSync } = await import('libpg-query')
  await loadModule()
  return (sql) => {
    try {
      return parseSync(sql).stmts?.[0]?.stmt
    } catch {
      return undefined
    }
  }
}

function readStatement(
  script: string,
  { first, last, tokens: scripted }: TokenGroup,
  parse: Parse,
  locate: (index: number) => Place,
): Statement {
  const text = script.slice(first.start, last.end)
  const tokens = scripted.map((token) => ({ ...token, start: token.start - first.start, end: token.end - first.start }))
  const foreign = foreignTokens(tokens)
  const standard = foreign.length > 0 ? parse(blank(text, foreign)) : undefined
  const starts = byteStarts(text, tokens)
  const tokenAt = (location = 0) => {
    const index = starts.findIndex((start) => start >= location)
    return index === -1 ? tokens.length - 1 : index
  }
  return {
    text,
    tokens,
    tree: standard ?? parse(text),
    async: standard !== undefined && foreign.some(isAsync),
    tokenAt,
    locationOf: (token) => starts[token] ?? 0,
    placeOf: (location) => locate(first.start + (tokens[tokenAt(location)]?.start ?? 0)),
  }
}

/** ASYNC, and a schema before the name of an index: PostgreSQL's grammar has neither. */
function foreignTokens(tokens: readonly Token[]): Token[] {
  const words = tokens.slice(0, 3).map(({ keyword, text }) => keyword ?? text.toUpperCase())
  const at = words[0] === 'CREATE' && words[1] === 'UNIQUE' ? 2 : 1
  const index = words[0] === 'CREATE' && words[at] === 'INDEX'
  if (!index && !(words[0] === 'ALTER' && words[1] === 'TABLE')) return []
  const async = tokens.slice(at + 1, at + 2).filter(isAsync)
  if (!index) return async
  const on = tokens.findIndex(({ keyword }) => keyword === 'ON')
  return tokens[on - 2]?.text === '.' ? [...async, ...tokens.slice(on - 3, on - 1)] : async
}

function isAsync({ text, keyword }: Token): boolean {
  return keyword === undefined && text.toUpperCase() === 'ASYNC'
}

/** Keeps every place where it is. */
function blank(text: string, tokens: readonly Token[]): string {
  return tokens.reduceRight(
    (kept, { start, end, text: word }) => kept.slice(0, start) + ' '.repeat(Buffer.byteLength(word)) + kept.slice(end),
    text,
  )
}

/** The parser counts bytes. */
function byteStarts(text: string, tokens: readonly Token[]): number[] {
  let [bytes, index] = [0, 0]
  return tokens.map(({ start }) => {
    bytes += Buffer.byteLength(text.slice(index, start))
    index = start
    return bytes
  })
}
