import { didYouMean } from '../../nearest.ts'
import type { HookRule, Place } from './hook.ts'

const rules: readonly HookRule[] = ['always', 'once', 'on-change']

/** What the head of a hook file says, and what is wrong about it. */
export interface Header {
  rule: HookRule
  problems: readonly PlacedProblem[]
}

/** Something that is wrong at a place of a file. */
export interface PlacedProblem extends Place {
  problem: string
}

/** Reads `-- prisma-iam: run=always|once|on-change` on the first line; without it a hook runs always. */
export function readHeader(script: string): Header {
  const late = lateHeader(script)
  if (late !== undefined) return { rule: 'always', problems: [late] }
  const [, opening = '', settings = ''] = header.exec(script) ?? []
  if (opening === '') return { rule: 'always', problems: [] }
  const problems: PlacedProblem[] = []
  const add = (column: number, problem: string) => problems.push({ line: 1, column, problem })
  const words = [...settings.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    word,
    column: opening.length + index + 1,
  }))
  if (words.length === 0) add(opening.length, 'nothing stands behind `prisma-iam:`, such as run=once')
  let rule: HookRule = 'always'
  for (const [index, { word, column }] of words.entries()) {
    const [, key = word, value = ''] = /^([^=]*)=(.*)$/s.exec(word) ?? []
    if (key !== 'run') add(column, `unknown key \`${key}\`${didYouMean(key, ['run'])}`)
    else if (index > 0) add(column, '`run` is said twice')
    else if (isRule(value)) rule = value
    else add(column, `\`run\` is always, once or on-change, not \`${value}\`${didYouMean(value, rules)}`)
  }
  return { rule, problems }
}

const header = /^([ \t]*--[ \t]*prisma-iam[ \t]*:)([^\n]*)/

/** A rule that came to stand behind a licence or a title would be a comment like any other, and silently so. */
function lateHeader(script: string): PlacedProblem | undefined {
  const lines = script.split('\n')
  const end = lines.findIndex((line) => !/^\s*(--|$)/.test(line))
  const head = lines.slice(1, end === -1 ? undefined : end)
  const found = head.findIndex((line) => header.test(line))
  if (found === -1) return undefined
  return { line: found + 2, column: 1, problem: '`-- prisma-iam:` must be the first line of the file' }
}

function isRule(value: string): value is HookRule {
  return (rules as readonly string[]).includes(value)
}
