import { objects } from './rules/objects.ts'
import { statements } from './rules/statements.ts'
import { tables } from './rules/tables.ts'

/** What DSQL accepts, as data. It grows monthly: a row is a fact with a date, and goes when the fact does. */
export const rules = { ...tables, ...objects, ...statements }

/** The name of a rule. */
export type RuleName = keyof typeof rules
