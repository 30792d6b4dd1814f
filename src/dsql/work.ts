import type { Place } from '../steps/step.ts'
import { type Finding, finding } from './finding.ts'
import type { DsqlOptions } from './options.ts'
import type { RuleName } from './rules.ts'
import type { Statement } from './statement.ts'

/** The translation of one statement on its way. */
export interface Work {
  statement: Statement
  place: Place
  options: DsqlOptions
  /** Whether a rule holds for this cluster; what it is about runs as written where not. */
  holds(rule: RuleName): boolean
  /** Says a rule of a location of the tree; a rule that does not hold is not said. */
  say(rule: RuleName, subject?: string, location?: number): void
}

/** Begins the translation of a statement; what is said goes into `findings`. */
export function beginWork(statement: Statement, options: DsqlOptions, findings: Finding[]): Work {
  const holds = (rule: RuleName) => !options.accept?.includes(rule)
  return {
    statement,
    place: statement.placeOf(),
    options,
    holds,
    say(rule, subject = '', location) {
      if (holds(rule)) findings.push(finding(rule, statement.placeOf(location), subject))
    },
  }
}

/** The same work at another token of its statement: the place of what is said and made from here on. */
export function workAt(work: Work, token: number): Work {
  const { statement, say } = work
  const location = statement.locationOf(token)
  return {
    ...work,
    place: statement.placeOf(location),
    say: (rule, subject, at = location) => say(rule, subject, at),
  }
}
