import type { Place, Step } from '../steps/step.ts'
import { type Finding, isRefusal } from './finding.ts'
import type { DsqlOptions } from './options.ts'
import { judge, type Verdict } from './verdict.ts'

/** Runs as it is, in another form, in another form that loses something, or not at all. */
export type Outcome = 'as-is' | 'rewritten' | 'changed' | 'refused'

/** What becomes of one statement, or of one transaction that the file opens itself. */
export interface Linted {
  place: Place
  lastLine: number
  outcome: Outcome
  /** As it was written. */
  sql: string
  /** What runs in its place, in this order; nothing where it is left out. */
  becomes: readonly string[]
  notices: readonly Finding[]
  refusals: readonly Finding[]
}

/** Says of each statement of a script what becomes of it on DSQL. */
export async function lintDsql(script: string, options: DsqlOptions): Promise<Linted[]> {
  return (await judge(script, options)).map((verdict) => {
    const becomes = verdict.steps.flatMap(sqlOf)
    const same = becomes.length === verdict.written.length && becomes.every((sql, at) => sql === verdict.written[at])
    const refusals = verdict.findings.filter(isRefusal)
    const notices = verdict.findings.filter((found) => !isRefusal(found))
    const { place, lastLine } = verdict
    const outcome = outcomeOf({ refused: refusals.length > 0, noticed: notices.length > 0, same })
    return { place, lastLine, outcome, sql: textOf(verdict), becomes, notices, refusals }
  })
}

function sqlOf(step: Step): readonly string[] {
  if ('statements' in step) return step.statements
  return [step.kind === 'nullable' ? `${step.sql} … -- what stands for NOT NULL of ${step.column}` : step.sql]
}

function outcomeOf(of: { refused: boolean; noticed: boolean; same: boolean }): Outcome {
  if (of.refused) return 'refused'
  if (of.noticed) return 'changed'
  return of.same ? 'as-is' : 'rewritten'
}

function textOf({ written }: Verdict): string {
  return written.join(';\n')
}
