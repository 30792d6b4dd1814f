import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillVariables } from '../../../src/migrate/hooks/variables.ts'
import { readTokens } from '../../../src/sql/tokens.ts'

async function fill(script: string, variables: Record<string, string>): Promise<string> {
  const { edits, problems } = fillVariables(await readTokens(script), variables)
  expect(problems).toEqual([])
  return [...edits]
    .reverse()
    .reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), script)
}

async function problemsOf(script: string, variables: Record<string, string> = {}) {
  return fillVariables(await readTokens(script), variables).problems
}

test('a constant and a name are quoted, each in its own way', async () => {
  const variables = { who: "O'Hara \\ 1", table: 'the "best"' }
  expect(await fill(`SELECT :'who' FROM :"table"`, variables)).toBe(`SELECT   E'O''Hara \\\\ 1' FROM  "the ""best"""`)
})

test.each([
  'SELECT a::text, b[1:n], b[:2], :x, f(a := 1), c ::"char"',
  `SELECT ':''a''', $$ :'a' $$, $t$ :"a" $t$, E'\\':\\'a'`,
  `-- :'a'\n/* :"a" /* :'a' */ */ SELECT 1`,
  `SELECT b[1: 'a'], ": 'a'"`,
])('%s stays as it is', async (script) => {
  expect(await fill(script, {})).toBe(script)
})

test('what is not there, names nothing or cannot be a name is told with its place', async () => {
  expect(await problemsOf(`SELECT :'regoin'`, { region: 'eu' })).toEqual([
    { index: 7, problem: ":'regoin': there is no such variable in `hooks.variables` (did you mean `region`?)" },
  ])
  expect(await problemsOf(`SELECT :'toString', :"it's"`)).toEqual([
    { index: 7, problem: expect.stringContaining('no such variable') },
    { index: 20, problem: expect.stringContaining('does not name a variable') },
  ])
  expect(await problemsOf(`DROP TABLE :"empty", :"long"`, { empty: '', long: 'x'.repeat(64) })).toHaveLength(2)
})

describe('whatever a value holds', () => {
  const value = fc.string({
    unit: fc.constantFrom("'", '"', '\\', ';', '$', '-', '/', '*', ':', 'E', 'x', ' ', '\n', 'é', '😀'),
    maxLength: 12,
  })

  test('it stays one constant, beside whatever it stands', async () => {
    const beside = fc.constantFrom('', ' ', "'a'", 'E', 'U&', 'N', '$$b$$', '1', 'a', '"q"')
    await fc.assert(
      fc.asyncProperty(value, beside, beside, async (text, left, right) => {
        const before = (await readTokens(`SELECT ${left} `)).length
        const script = `SELECT ${left}:'v' ${right}`
        const tokens = await readTokens(await fill(script, { v: text }))
        const own = tokens[before]?.text ?? ''
        expect(readConstant(own)).toBe(text)
        expect(tokens).toHaveLength(before + 1 + (await readTokens(right)).length)
      }),
      { numRuns: 300 },
    )
  })

  test('it stays one name', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        fc.pre(text !== '')
        const tokens = await readTokens(await fill(`SELECT "a":"v":"v"`, { v: text }))
        expect(tokens.slice(2).map((token) => token.text.slice(1, -1).replaceAll('""', '"'))).toEqual([text, text])
      }),
      { numRuns: 200 },
    )
  })
})

function readConstant(token: string): string {
  const inner = token.replace(/^E?'/, '').slice(0, -1).replaceAll("''", "'")
  return token.startsWith('E') ? inner.replaceAll('\\\\', '\\') : inner
}
