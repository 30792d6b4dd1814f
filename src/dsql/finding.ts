import type { Place } from '../steps/step.ts'
import { isCertain, type Rule } from './rules/rule.ts'
import { type RuleName, rules } from './rules.ts'

/** What is to be said of one place in a script. */
export interface Finding {
  rule: RuleName
  place: Place
  /** What is so on DSQL. */
  message: string
  /** What to write in its place, or to mind. */
  instead: string
  /** The day for which it is known, as YYYY-MM-DD. */
  date: string
}

/** The statement runs in another form, loses something, or may be refused. */
export type Notice = Finding

/** The statement cannot run: nothing of any file may, before it is changed. */
export type Refusal = Finding

/** What a rule says of a place. */
export function finding(rule: RuleName, place: Place, subject: string): Finding {
  const { says, instead, on }: Rule = rules[rule]
  return { rule, place, message: says.replace('{}', () => subject), instead, date: on }
}

/** Tells what stops a deploy from what is only to be known. */
export function isRefusal({ rule }: Finding): boolean {
  return isCertain(rules[rule])
}
