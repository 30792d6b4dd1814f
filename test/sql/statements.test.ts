import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitStatements } from '../../src/sql/statements.ts'

const texts = async (script: string) => (await splitStatements(script)).map(({ text }) => text)

describe('splitStatements', () => {
  test.each<[what: string, script: string, expected: string[]]>([
    ['nothing', '', []],
    ['white space and comments alone', ' \n-- a; b\n/* c; /* d; */ */ ;;', []],
    ['semicolons in texts', `SELECT 'a;b', E'c\\';d'; SELECT "e;f"`, [`SELECT 'a;b', E'c\\';d'`, 'SELECT "e;f"']],
    ['a text that goes on in the next line', "SELECT 'a'\n';b'; SELECT 1", ["SELECT 'a'\n';b'", 'SELECT 1']],
    ['dollar quotes', 'DO $x$ BEGIN; $$;$$; END $x$; SELECT 1', ['DO $x$ BEGIN; $$;$$; END $x$', 'SELECT 1']],
    ['comments between and inside', '-- first\nSELECT /* ; */ 1; -- last', ['SELECT /* ; */ 1']],
    [
      'a rule with several actions',
      'CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; SELECT 1); SELECT 2',
      ['CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; SELECT 1)', 'SELECT 2'],
    ],
    [
      'an SQL function body with CASE',
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; BEGIN; SELECT 3; END',
      [
        'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END',
        'BEGIN',
        'SELECT 3',
        'END',
      ],
    ],
    ['a byte order mark', '\ufeffSELECT 1;SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['a missing parenthesis', 'SELECT 1); SELECT 2', ['SELECT 1)', 'SELECT 2']],
  ])('minds %s', async (_what, script, expected) => {
    expect(await texts(script)).toEqual(expected)
  })

  test('tells where a statement begins, in characters although the scanner counts bytes', async () => {
    const script = "-- ä😀\nSELECT 'ö😀';\n  SELECT 2"
    const [first, second] = await splitStatements(script)
    expect(first).toEqual({ text: "SELECT 'ö😀'", start: 7, line: 2, column: 1 })
    expect(second).toEqual({ text: 'SELECT 2', start: script.indexOf('SELECT 2'), line: 3, column: 3 })
  })

  test.each(["SELECT 'a", 'SELECT $$a', '/* a', 'SELECT "a', 'SELECT 1;\0 DROP TABLE a'])(
    'refuses %j',
    async (script) => {
      await expect(splitStatements(script)).rejects.toMatchObject({ code: 'PRISMA_IAM_SQL_UNREADABLE' })
    },
  )

  test.each([
    ["SELECT 'ä😀';\n  SELECT 'a", 'line 2, column 10: unterminated quoted string.'],
    ['-- ü\nSELECT $x$ a', 'line 2, column 8: unterminated dollar-quoted string.'],
    ['SELECT 1; /* a /* b */', 'line 1, column 11: unterminated /* comment.'],
    ['SELECT "ü", 1a', 'line 1, column 13: trailing junk after numeric literal.'],
    ['SELECT 1;\n\0', 'line 2, column 1: a NUL character.'],
    ['SELECT \ud800', 'line 1, column 8: half a surrogate pair, which is not UTF-8.'],
  ])('says of %j what is wrong, and where', async (script, words) => {
    await expect(splitStatements(script)).rejects.toThrow(`The SQL text cannot be read at ${words}`)
  })

  test('takes BEGIN ATOMIC for the body of a routine only there', async () => {
    expect(await texts('SELECT 1 AS begin, atomic; BEGIN; SELECT begin atomic; END')).toHaveLength(4)
  })

  test('reads what only looks blank', async () => {
    expect(await texts('\u00a0')).toEqual(['\u00a0'])
  })

  test('loses nothing but semicolons, white space and comments', async () => {
    const piece = fc.constantFrom(
      "SELECT 'ä;''b'",
      'SELECT $t$;😀$t$',
      'SELECT (1)',
      'UPDATE "ü;" SET a = 1',
      '-- é;\n',
      '/*;*/',
      ';',
      '\n ',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const script = pieces.map((text) => `${text};`).join(' ')
        let end = 0
        let between = ''
        for (const { text, start } of await splitStatements(script)) {
          expect(script.slice(start, start + text.length)).toBe(text)
          between += script.slice(end, start)
          end = start + text.length
        }
        between += script.slice(end)
        expect(between.replace(/-- é;|\/\*;\*\/|[\s;]/g, '')).toBe('')
      }),
    )
  })
})
