import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isPrismaIamError } from '../../errors.ts'
import { locator } from '../../sql/locate.ts'
import { groupTokens, type TokenGroup } from '../../sql/statements.ts'
import { readTokens, type Token } from '../../sql/tokens.ts'
import type { HookSource } from './find.ts'
import { type PlacedProblem, readHeader } from './header.ts'
import type { Hook, HookStatement } from './hook.ts'
import { type Edit, fillVariables } from './variables.ts'

/** A hook that can run, or every reason why not, each with its place. */
export type ReadHook = { hook: Hook } | { problems: readonly string[] }

/** Reads a hook as far as that goes without a database. */
export async function readHook(source: HookSource, variables: Readonly<Record<string, string>>): Promise<ReadHook> {
  const { name } = source
  if (source.kind === 'function') {
    return { hook: { kind: 'function', name, rule: source.rule, hook: source.hook, checksum: digest(name) } }
  }
  const script = decode(readFileSync(source.path))
  if (script === undefined) return { problems: [`${name}: is not UTF-8; save it as such`] }
  const tokens = await readTokens(script).catch((error: unknown) => {
    if (isPrismaIamError(error)) return error.message
    throw error
  })
  if (typeof tokens === 'string') return { problems: [`${name}: ${tokens}`] }
  const { rule, problems } = readHeader(script)
  const filled = fillVariables(tokens, variables)
  const locate = locator(script)
  const placed: PlacedProblem[] = [
    ...problems,
    ...filled.problems.map(({ index, problem }) => ({ ...locate(index), problem })),
  ]
  if (placed.length > 0) return { problems: placed.map((at) => `${name}:${at.line}:${at.column}: ${at.problem}`) }
  const whole = apply(script, 0, script.length, filled.edits)
  return {
    hook: {
      kind: 'sql',
      name,
      rule,
      checksum: digest(whole),
      script: whole,
      statements: statementsOf(script, tokens, filled.edits),
      placeOf: (index) => locate(originOf(index, filled.edits)),
    },
  }
}

/** A byte order mark, which is white space to psql and a syntax error to the server, is left out. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function statementsOf(script: string, tokens: readonly Token[], edits: readonly Edit[]): HookStatement[] {
  return groupTokens(tokens).map(({ first, last }: TokenGroup) => {
    const before = edits.filter(({ start }) => start < first.start)
    const own = edits.filter(({ start }) => start >= first.start && start < last.end)
    const grown = before.reduce((sum, edit) => sum + growthOf(edit), 0)
    return { text: apply(script, first.start, last.end, own), start: first.start + grown }
  })
}

/** The piece of a script from `start` to `end`, edited. */
function apply(script: string, start: number, end: number, edits: readonly Edit[]): string {
  let [text, at] = ['', start]
  for (const edit of edits) {
    text += script.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return text + script.slice(at, end)
}

/** Where in the file an index of the edited script comes from. */
function originOf(index: number, edits: readonly Edit[]): number {
  let grown = 0
  for (const edit of edits) {
    const edited = edit.start + grown
    if (index < edited) break
    if (index < edited + edit.text.length) return edit.start
    grown += growthOf(edit)
  }
  return index - grown
}

function growthOf({ start, end, text }: Edit): number {
  return text.length - (end - start)
}
