import type { Statement } from './statement.ts'

/** What tokens are replaced by: from the first up to, not including, the one at `end`. */
export interface Edit {
  /** Index of a token. */
  from: number
  /** Index of the token behind the last. */
  to: number
  with: string
}

/** The statement with some of its tokens replaced; what is not touched stays as it was written. */
export function edited({ text, tokens }: Pick<Statement, 'text' | 'tokens'>, edits: readonly Edit[]): string {
  let [result, at] = ['', 0]
  for (const { from, to, with: words } of edits.toSorted((one, other) => one.from - other.from)) {
    const start = tokens[from]?.start ?? text.length
    const end = tokens[to - 1]?.end ?? text.length
    result += text.slice(at, start)
    at = end
    if (words !== '') result += words
    // A word that is taken out takes the blanks along that nothing needs any more.
    else if (/^[\s,)]|^$/.test(text.slice(end, end + 1))) result = result.trimEnd()
    else at = tokens[to]?.start ?? text.length
  }
  return result + text.slice(at)
}

/** The text of some tokens, from the first up to, not including, the one at `to`. */
export function textOf({ text, tokens }: Pick<Statement, 'text' | 'tokens'>, from: number, to: number): string {
  const [first, last] = [tokens[from], tokens[to - 1]]
  return first && last && to > from ? text.slice(first.start, last.end) : ''
}
