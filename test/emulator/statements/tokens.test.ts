import fc from 'fast-check'
import { loadModule, scanSync } from 'libpg-query'
import { beforeAll, describe, expect, it } from 'vitest'
import { split } from '../../../src/emulator/statements/split.ts'
import { scan } from '../../../src/emulator/statements/tokens.ts'

beforeAll(() => loadModule())

/** The strings and quoted names of a script as PostgreSQL's own scanner sees them. */
function quotedByPostgres(sql: string): string[] | undefined {
  try {
    const bytes = Buffer.from(sql)
    const { tokens } = scanSync(sql) as { tokens: { start: number; end: number; tokenName: string }[] }
    const texts = tokens.map(({ start, end }) => bytes.toString('utf8', start, end))
    return texts.filter((text) => /^(?:[eEbBxX]?'|[uU]&['"]|"|\$\D|\$\$)/.test(text))
  } catch {
    return undefined // not terminated, or not a token at all
  }
}

describe('the scanner', () => {
  it.each([
    [`SELECT 'it''s; not', "a"";b", 1`, [`'it''s; not'`, `"a"";b"`]],
    [String.raw`SELECT E'a\'; b', 'a\'; SELECT 'c'`, [String.raw`E'a\'; b'`, String.raw`'a\'`, `'c'`]],
    [`$$ ; $a$ ; $$ $fn$ ; $$ ; $fn$ $1 a$b$`, [`$$ ; $a$ ; $$`, `$fn$ ; $$ ; $fn$`]],
    [`-- ' ;\n/* ' /* " */ ; */ 'x'`, [`'x'`]],
    [`U&'d\\0061t' u&"d" b'1' X'F' N'n'`, [`U&'d\\0061t'`, `u&"d"`, `b'1'`, `X'F'`, `'n'`]],
    [`SELECT 'open ; "never`, [`'open ; "never`]],
    [`E'a' -- b\n\t'\\'; c'  'd'`, [`E'a' -- b\n\t'\\'; c'`, `'d'`]],
    ['SELECT /* open ; /* */', []],
    ['SELECT $x$ open', ['$x$ open']],
  ])('%s', (sql, quoted) => {
    const seen = scan(sql).filter(({ kind }) => kind === 'string' || kind === 'quoted')
    expect(seen.map(({ text }) => text)).toEqual(quoted)
  })

  it("agrees with PostgreSQL's own on where strings and quoted names end", () => {
    const part = fc.constantFrom(
      ...[
        "'",
        "''",
        '"',
        '""',
        '\\',
        '$',
        '$$',
        '$a$',
        '--',
        '/*',
        '*/',
        ';',
        '\n',
        ' ',
        'e',
        'E',
        'u&',
        'U&',
        'x',
        'b',
        'N',
      ],
      ...['a', '_1', '1', '1e5', '0x1f', 'é', '🦀', '(', ')', '$1', '::', '||', ',', '.', '\u00a0', '\t'],
    )
    let compared = 0
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
        const sql = parts.join('')
        // libpg-query keeps comments as tokens, so that it misses strings that go on behind one.
        const theirs = /'\s*--/.test(sql) ? undefined : quotedByPostgres(sql)
        if (theirs === undefined) return
        compared++
        const ours = scan(sql).filter(({ kind }) => kind === 'string' || kind === 'quoted')
        expect(
          ours.map(({ text }) => text),
          sql,
        ).toEqual(theirs)
      }),
      { numRuns: 20_000 },
    )
    expect(compared).toBeGreaterThan(2000)
  })

  it('loses nothing but blanks and comments, and is done with 5 MB of one literal or of many within 5 s', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sql) => {
        const tokens = scan(sql)
        for (const { text, start, end } of tokens) expect(sql.slice(start, end)).toBe(text)
        expect(tokens.every(({ start }, index) => start >= (tokens[index - 1]?.end ?? 0))).toBe(true)
      }),
      { numRuns: 5000 },
    )
    const started = performance.now()
    const megabytes = 5 * 1024 * 1024
    expect(scan(`SELECT '${'x'.repeat(megabytes)}'`)).toHaveLength(2)
    expect(scan(`SELECT '${`''`.repeat(megabytes / 2)}'`)).toHaveLength(2)
    expect(scan(`SELECT E'${String.raw`\'`.repeat(megabytes / 2)}'`)).toHaveLength(2)
    expect(scan(`/*${'/*'.repeat(megabytes / 2)}`)).toHaveLength(0)
    expect(split("INSERT INTO t VALUES ('a', 1);\n".repeat(megabytes / 32))).toHaveLength(megabytes / 32)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('the splitter', () => {
  it.each([
    ['', []],
    [' ; -- x\n;/**/;', []],
    ['SELECT 1', ['SELECT 1']],
    [`SELECT ';'; SELECT $$;$$ -- ;\n; SELECT 3 /* ; */`, [`SELECT ';'`, 'SELECT $$;$$', 'SELECT 3']],
    [
      'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3',
      ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)', 'SELECT 3'],
    ],
    [
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3',
      ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END', 'SELECT 3'],
    ],
    ['SELECT begin atomic FROM t; TRUNCATE t', ['SELECT begin atomic FROM t', 'TRUNCATE t']],
    ['BEGIN; SELECT 1; END; SELECT (2; SELECT 3', ['BEGIN', 'SELECT 1', 'END', 'SELECT (2; SELECT 3']],
  ])('%s', (sql, statements) => {
    expect(split(sql).map(({ text }) => text)).toEqual(statements)
  })
})
