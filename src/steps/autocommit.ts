import { PrismaIamError } from '../errors.ts'
import { locator } from '../sql/locate.ts'
import { groupTokens, type TokenGroup } from '../sql/statements.ts'
import { readTokens } from '../sql/tokens.ts'
import { misfit } from '../sql/transaction-fit.ts'
import { readConcurrentIndex } from './concurrent-index.ts'
import type { Place, Step } from './step.ts'

/**
 * The steps of a PostgreSQL script that fits no single transaction, as `psql` would run it: each statement by itself, a
 * `BEGIN … COMMIT` of its own as one.
 *
 * @param name what an error calls the script.
 * @throws PrismaIamError `PRISMA_IAM_STEPS_UNENDED` for a `BEGIN` without an end, `PRISMA_IAM_SQL_UNREADABLE`.
 */
export async function planAutocommit(script: string, name = 'the file'): Promise<Step[]> {
  const groups = groupTokens(await readTokens(script))
  const locate = locator(script)
  const steps: Step[] = []
  let block: Block | undefined
  for (const group of groups) {
    const words = wordsOf(group)
    const place = locate(group.first.start)
    const sql = script.slice(group.first.start, group.last.end)
    if (block === undefined) {
      if (opens(words)) block = { begin: group, place, modes: modesOf(words), statements: [] }
      else steps.push(await stepOf(group, words, sql, place))
    } else if (!ends(words)) {
      // A second BEGIN is a warning to the server.
      if (!opens(words)) block.statements.push(group)
    } else {
      steps.push(...closeBlock(block, group, words, script, locate))
      block = words.slice(-2).join(' ') === 'AND CHAIN' ? { ...block, begin: group, place, statements: [] } : undefined
    }
  }
  if (block !== undefined) throw unended(name, block.place)
  return steps
}

/** A transaction that the script opens. */
interface Block {
  begin: TokenGroup
  place: Place
  /** `ISOLATION LEVEL SERIALIZABLE` and the like. */
  modes: string
  statements: TokenGroup[]
}

function closeBlock(
  { begin, place, modes, statements }: Block,
  end: TokenGroup,
  words: readonly string[],
  script: string,
  locate: (index: number) => Place,
): Step[] {
  const [first, last] = [statements[0], statements.at(-1)]
  const keeps = /^(COMMIT|END)\b/.test(words[0] ?? '') && !/\bREAD ONLY\b/.test(modes)
  // What a rollback, a prepared or a read-only transaction means does not mix with the journal.
  if (!keeps) return [{ kind: 'bare', place, sql: script.slice(begin.first.start, end.last.end) }]
  if (first === undefined || last === undefined) return []
  const body = script.slice(first.first.start, last.last.end)
  const opening = modes === '' ? [] : [`SET TRANSACTION ${modes}`]
  return [{ kind: 'schema', place: locate(first.first.start), statements: [...opening, body], touches: [] }]
}

async function stepOf(group: TokenGroup, words: readonly string[], sql: string, place: Place): Promise<Step> {
  if (isForSession(words)) return { kind: 'session', place, sql }
  const index = await readConcurrentIndex(group, sql)
  if (index !== undefined) return { kind: 'index', place, sql, job: false, ...index }
  if (misfit(group, true) !== undefined) return { kind: 'bare', place, sql }
  return { kind: 'schema', place, statements: [sql], touches: [] }
}

const ofSession = /^(SET|RESET|SHOW|DISCARD|LISTEN|UNLISTEN|LOAD|PREPARE|DEALLOCATE|COMMIT|END|ROLLBACK|ABORT) /

/** A dump sets its `search_path` by a function. */
const bySelect = /^SELECT (PG_CATALOG \. )?SET_CONFIG \( /

function isForSession(words: readonly string[]): boolean {
  const text = `${words.slice(0, 5).join(' ')} `
  return ofSession.test(text) || bySelect.test(text)
}

function wordsOf({ tokens }: Pick<TokenGroup, 'tokens'>): string[] {
  return tokens.map(({ keyword, text }) => keyword ?? text.toUpperCase())
}

function opens([first, second]: readonly string[]): boolean {
  return first === 'BEGIN' || (first === 'START' && second === 'TRANSACTION')
}

function ends([first, second, third]: readonly string[]): boolean {
  if (first === 'ROLLBACK') return second !== 'TO' && !(/^(WORK|TRANSACTION)$/.test(second ?? '') && third === 'TO')
  return first === 'COMMIT' || first === 'END' || first === 'ABORT' || (first === 'PREPARE' && second === 'TRANSACTION')
}

function modesOf(words: readonly string[]): string {
  return words
    .slice(1)
    .join(' ')
    .replace(/^(WORK|TRANSACTION) ?/, '')
}

function unended(name: string, { line }: Place): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_STEPS_UNENDED',
    `${name} opens a transaction on line ${line} and never ends it`,
    { hint: 'end it with COMMIT; without, the database would take back all that follows' },
  )
}
