import { planDsql } from '../src/dsql/plan.ts'
import { split } from '../src/emulator/statements/split.ts'
import { scan } from '../src/emulator/statements/tokens.ts'
import { isPrismaIamError } from '../src/errors.ts'
import { type Statement, splitStatements } from '../src/sql/statements.ts'

/** What a run of the splitter over generated scripts met. */
export interface SplitterRun {
  scripts: number
  statements: number
  /** Scripts that cannot be read, for a quote without an end or a NUL. */
  unreadable: number
  /** The longest time that one script took. */
  slowestMs: number
}

/**
 * Splits and plans scripts made of quotes, dollar quotes, nested comments, function bodies, broken pieces and letters of
 * every length; compares the statements with those of the emulator, which reads SQL by itself.
 *
 * @throws Error with the script where one of them breaks a rule.
 */
export async function fuzzSplitter(scripts: number, seed: number): Promise<SplitterRun> {
  const random = randomFrom(seed)
  const run: SplitterRun = { scripts, statements: 0, unreadable: 0, slowestMs: 0 }
  for (let number = 0; number < scripts; number++) {
    const script = makeScript(random)
    const started = performance.now()
    try {
      const statements = await readable(script)
      if (statements === undefined) run.unreadable++
      else {
        assertPieces(script, statements)
        run.statements += statements.length
      }
      await assertPlan(script, statements === undefined)
    } catch (cause) {
      throw new Error(`script ${number} of seed ${seed}: ${JSON.stringify(script)}`, { cause })
    }
    run.slowestMs = Math.max(run.slowestMs, performance.now() - started)
  }
  return run
}

async function readable(script: string): Promise<Statement[] | undefined> {
  try {
    return await splitStatements(script)
  } catch (error) {
    if (isPrismaIamError(error) && error.code === 'PRISMA_IAM_SQL_UNREADABLE') return undefined
    throw error
  }
}

/** Pieces and what is between them make the script; between them is nothing that means anything. */
function assertPieces(script: string, statements: readonly Statement[]): void {
  const lines = script.split('\n')
  let end = 0
  let joined = ''
  for (const { text, start, line, column } of statements) {
    const between = script.slice(end, start)
    if (start < end || !isEmpty(between)) throw new Error(`lost ${JSON.stringify(between)}`)
    const before = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
    if (before + column - 1 !== start) throw new Error(`not at ${line}:${column}: ${JSON.stringify(text)}`)
    joined += between + text
    end = start + text.length
  }
  if (!isEmpty(script.slice(end))) throw new Error(`lost ${JSON.stringify(script.slice(end))}`)
  if (joined + script.slice(end) !== script) throw new Error('the pieces do not make the script')
  const others = split(script.replace(/^\ufeff/, ' ')).map(({ text }) => text)
  const ours = statements.map(({ text }) => text)
  if (JSON.stringify(ours) !== JSON.stringify(others)) {
    throw new Error(`the emulator reads ${JSON.stringify(others)}, not ${JSON.stringify(ours)}`)
  }
}

function isEmpty(between: string): boolean {
  return scan(between.replace(/^\ufeff/, ' ')).every(({ text }) => text === ';')
}

async function assertPlan(script: string, unreadable: boolean): Promise<void> {
  const { steps, notices, refusals } = await planDsql(script, { identityCache: 1 })
  const lines = script.split('\n')
  if (unreadable && (steps.length > 0 || refusals.length !== 1)) throw new Error('an unreadable script has steps')
  for (const { place } of [...steps, ...notices, ...refusals]) {
    const { length } = lines[place.line - 1] ?? ''
    if (place.column < 1 || place.column > length + 1) throw new Error(`no such place: ${place.line}:${place.column}`)
  }
}

type Random = (below: number) => number

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}

function makeScript(random: Random): string {
  let script = random(40) === 0 ? '\ufeff' : ''
  for (let left = random(12); left >= 0; left--)
    script += pieces[random(pieces.length)] + (gaps[random(gaps.length)] ?? '')
  // Broken in the middle of anything, and hurt by a letter that belongs elsewhere.
  if (random(3) === 0) script = script.slice(random(script.length), script.length)
  if (random(3) === 0) script = script.slice(0, random(script.length + 1))
  for (let hurt = random(3); hurt > 0; hurt--) {
    const at = random(script.length + 1)
    script = script.slice(0, at) + letters[random(letters.length)] + script.slice(at)
  }
  return script
}

const pieces: readonly string[] = [
  'SELECT 1',
  "SELECT 'a;b', E'c\\';d', 'it''s', N'x', B'01', X'ff', U&'\\0061' UESCAPE '!'",
  "SELECT 'a'\n  -- goes on\n  ';b'",
  'SELECT "e;""f", U&"d\\0061t", "größe;", "😀"',
  'DO $x$ BEGIN; $$;$$; END $x$',
  'SELECT $ä$ ; $ä$, $$;$$, $1, a$b$c',
  'SELECT /* ; /* nested ; */ still */ 1 -- and ; so on\n',
  'CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; SELECT 1)',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END',
  'CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT s',
  'CREATE TABLE "ö" (id SERIAL, "n" int[] DEFAULT \'{}\', CHECK (n > (1)))',
  'CREATE UNIQUE INDEX CONCURRENTLY ON "ö" USING btree (lower("n") DESC, (a || \';\') text_pattern_ops)',
  'CREATE INDEX ASYNC "s"."i" ON t (a)',
  'ALTER TABLE t ADD COLUMN "ä" int NOT NULL DEFAULT 1 CHECK ("ä" > 0) REFERENCES u(id) UNIQUE, DROP COLUMN b',
  'ALTER TABLE ASYNC t VALIDATE CONSTRAINT "c;d"',
  'ALTER TABLE "ö" ALTER COLUMN "ü" ADD GENERATED BY DEFAULT AS IDENTITY (START 2)',
  "UPDATE t SET a = 'ä;' WHERE (b, c) = (1, 2)",
  "INSERT INTO t VALUES ('ä', 1), ('😀;', 2)",
  'SET search_path = a; RESET ALL',
  "AWS IAM GRANT a TO 'arn:aws:iam::1:role/x'",
  'SELECT (((((1)))))',
  "SELECT a->>'b', c @> '{}', d::text, e[1:2], f -- g",
  'é; ü 中文; 😀',
  '1e5 .5 0x1F 1_000',
]

const gaps: readonly string[] = [';', ';\n', ' ', '\n', ';;', '; -- é;\n', '/*;*/;', '\t', '\r\n', '']

const letters: readonly string[] = [
  ...["'", '"', '$', '$$', '\\', '/*', '*/', '--', '(', ')', ';', '\0', '\n', '😀', 'ä', '\ud800', '\u00a0', ':'],
  ...[' BEGIN ATOMIC ', ' END ', ' CASE ', "E'", "U&'", '`', '\u2028', '[', ',', ' ASYNC ', '1a', '\ufeff'],
]
