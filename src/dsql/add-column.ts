import type { ColumnDef, Constraint } from 'libpg-query'
import type { Step } from '../steps/step.ts'
import { columnEdits, constraintsOf } from './columns.ts'
import { isSerial } from './datatypes.ts'
import { textOf } from './edit.ts'
import { defaultName } from './names.ts'
import { addNotNull } from './not-null.ts'
import { type Altered, addChecked, addUnique, backfill, changeTable, type Part } from './table-steps.ts'
import type { Work } from './work.ts'

/**
 * `ADD COLUMN` with a default or constraints, which DSQL adds bare only: the column, its default, the rows that exist,
 * then what must be true of them; in this order, so that rows inserted meanwhile are right.
 */
export function addColumn(work: Work, table: Altered, part: Part, column: ColumnDef): Step[] | undefined {
  const { statement, say, holds } = work
  columnEdits(work, column)
  const location = column.location
  const name = column.colname ?? ''
  const constraints = constraintsOf(column)
  if (isSerial(column.typeName) || constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY')) {
    say('identityColumn', name, location)
  }
  if (constraints.some(({ contype }) => contype === 'CONSTR_PRIMARY')) say('primaryKey', name, location)
  if (!holds('addColumn') || constraints.every(({ contype }) => contype === 'CONSTR_GENERATED')) return undefined
  if (part.command.missing_ok) say('addColumnIfMissing', name, location)

  const spelled = textOf(statement, statement.tokenAt(location), statement.tokenAt(location) + 1)
  const clauses = clausesOf(work, part, constraints)
  const bare = textOf(statement, part.from, clauses[0]?.from ?? part.to)
  const generated = clauses.filter(({ contype }) => contype === 'CONSTR_GENERATED').map(({ text }) => ` ${text}`)
  const steps: Step[] = [changeTable(table, `${bare}${generated.join('')}`)]
  const standard = clauses.find(({ contype }) => contype === 'CONSTR_DEFAULT')
  if (standard && !isNull(standard.constraint)) {
    say('addColumn', name, location)
    steps.push(changeTable(table, `ALTER COLUMN ${spelled} SET ${standard.text}`), backfill(table, name, spelled))
  }
  for (const clause of clauses) steps.push(...constrain(work, table, { name, spelled, location }, clause))
  return steps
}

interface Column {
  name: string
  spelled: string
  location: number | undefined
}

function constrain(work: Work, table: Altered, { name, spelled, location }: Column, clause: Clause): Step[] {
  const { text, constraint } = clause
  const given = (label: string) => constraint.conname ?? defaultName(table.name.name, name, label)
  switch (clause.contype) {
    case 'CONSTR_NOTNULL':
      return addNotNull(work, table, { name, spelled, location })
    case 'CONSTR_CHECK':
      return addChecked(table, given('check'), text)
    case 'CONSTR_FOREIGN':
      return addChecked(table, given('fkey'), `FOREIGN KEY (${spelled}) ${text}`)
    case 'CONSTR_UNIQUE': {
      const index = given('key')
      const distinct = constraint.nulls_not_distinct ? ' NULLS NOT DISTINCT' : ''
      work.say('uniqueByIndex', index, constraint.location)
      return addUnique(table, index, `(${spelled})${distinct}`)
    }
    default:
      return []
  }
}

interface Clause {
  contype: Constraint['contype']
  constraint: Constraint
  /** Without `CONSTRAINT name`, with what is said of deferring it. */
  text: string
  /** Index of its first token. */
  from: number
}

/** The column's constraints with their texts; attributes such as DEFERRABLE belong to the one before them. */
function clausesOf({ statement }: Work, part: Part, constraints: readonly Constraint[]): Clause[] {
  const isAttribute = ({ contype }: Constraint) => contype?.startsWith('CONSTR_ATTR_') ?? false
  const begins = constraints.map((constraint) => statement.tokenAt(constraint.location))
  return constraints.flatMap((constraint, at) => {
    if (isAttribute(constraint)) return []
    const next = constraints.findIndex((other, index) => index > at && !isAttribute(other))
    const from = begins[at] ?? part.to
    const to = next === -1 ? part.to : (begins[next] ?? part.to)
    const named = statement.tokens[from]?.keyword === 'CONSTRAINT' ? 2 : 0
    return [
      {
        contype: constraint.contype,
        constraint,
        text: textOf(statement, from + named, to),
        from,
      },
    ]
  })
}

function isNull({ raw_expr }: Constraint): boolean {
  return raw_expr !== undefined && 'A_Const' in raw_expr && raw_expr.A_Const.isnull === true
}
