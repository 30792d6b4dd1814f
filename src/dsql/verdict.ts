import { locator } from '../sql/locate.ts'
import { scanScript } from '../sql/tokens.ts'
import type { Place, Step } from '../steps/step.ts'
import { groupBlocks, transactionOf, type Unit } from './blocks.ts'
import { type Finding, finding } from './finding.ts'
import type { DsqlOptions } from './options.ts'
import { readStatements, type Statement } from './statement.ts'
import { translate } from './translate.ts'
import { beginWork, type Work } from './work.ts'

/** What becomes of one statement of a script, or of one of its own transactions. */
export interface Verdict {
  place: Place
  /** Where its last line is. */
  lastLine: number
  /** As it was written; of a transaction, the statements in it. */
  written: readonly string[]
  steps: readonly Step[]
  findings: readonly Finding[]
}

/** Judges a script, statement by statement. */
export async function judge(script: string, options: DsqlOptions): Promise<Verdict[]> {
  const scanned = await scanScript(script)
  if (!('tokens' in scanned)) {
    const place = locator(script)(scanned.index)
    const findings = [finding('unreadable', place, scanned.fact)]
    return [{ place, lastLine: place.line, written: [script], steps: [], findings }]
  }
  const units = groupBlocks(await readStatements(script, scanned.tokens))
  return units.map((unit) => (unit.kind === 'single' ? judgeSingle(unit, options) : judgeBlock(unit, options)))
}

function judgeSingle({ statement }: Extract<Unit, { kind: 'single' }>, options: DsqlOptions): Verdict {
  const findings: Finding[] = []
  const work = beginWork(statement, options, findings)
  const isTransaction = transactionOf(statement) !== undefined
  if (isTransaction) work.say('savepoint', statement.text)
  return {
    place: work.place,
    lastLine: lastLineOf(statement),
    written: [statement.text],
    steps: isTransaction ? [] : translate(work),
    findings,
  }
}

function judgeBlock({ begin, members, end }: Extract<Unit, { kind: 'block' }>, options: DsqlOptions): Verdict {
  const findings: Finding[] = []
  const opening = beginWork(begin, options, findings)
  const written = members.map(({ text }) => text)
  checkIsolation(opening, begin)
  if (end === 'nothing') opening.say('openBlock')
  if (end === 'rollback') opening.say('rolledBack')
  const verdict = { place: opening.place, lastLine: lastLineOf(members.at(-1) ?? begin), written, findings }
  if (end === 'rollback') return { ...verdict, steps: [] }
  const parts = members.map((member) => {
    const work = beginWork(member, options, findings)
    if (transactionOf(member)) work.say('savepoint', member.text)
    return { work, steps: transactionOf(member) ? [] : translate(work) }
  })
  return { ...verdict, steps: blockSteps(parts) }
}

function lastLineOf(statement: Statement): number {
  return statement.placeOf(statement.locationOf(statement.tokens.length - 1)).line
}

interface Translated {
  work: Work
  steps: Step[]
}

/** One transaction of rows stays one; one schema change needs no brackets; more does not fit DSQL. */
function blockSteps(parts: readonly Translated[]): Step[] {
  const changes = parts.filter(({ steps }) => steps.some(({ kind }) => !isOfRows(kind)))
  const rows = parts.filter(({ steps }) => steps.some(({ kind }) => kind === 'rows'))
  const steps = parts.flatMap((part) => part.steps)
  const parted = rows.find((part) => part.steps.length > 1)
  if (parted) parted.work.say('rowLimit', 'more')
  const [, second] = changes
  if (second) second.work.say('manyChanges', 'a second schema change')
  else if (changes.length > 0 && rows.length > 0) rows[0]?.work.say('manyChanges', 'rows and a schema change')
  if (changes.length > 0 || (rows.length <= 1 && steps.length <= 1)) return steps
  const [first] = steps
  const statements = steps.flatMap((step) => ('statements' in step ? step.statements : [step.sql]))
  return first ? [{ kind: 'rows', place: first.place, statements }] : []
}

function isOfRows(kind: Step['kind']): boolean {
  return kind === 'rows' || kind === 'session'
}

function checkIsolation({ say }: Work, begin: Statement): void {
  for (const node of transactionOf(begin)?.options ?? []) {
    if (!('DefElem' in node) || node.DefElem.defname !== 'transaction_isolation') continue
    const { arg } = node.DefElem
    const level = arg && 'A_Const' in arg ? (arg.A_Const.sval?.sval ?? '') : ''
    if (level !== 'repeatable read') say('isolation', level.toUpperCase())
  }
}
