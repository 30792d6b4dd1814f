import type { AlterTableCmd, AlterTableStmt } from 'libpg-query'
import type { Step } from '../steps/step.ts'
import { addColumn } from './add-column.ts'
import { addConstraint } from './add-constraint.ts'
import { alterColumn } from './alter-column.ts'
import { textOf } from './edit.ts'
import { endOfName, nameOf } from './names.ts'
import { type Altered, changeTable, type Part, validate } from './table-steps.ts'
import { type Work, workAt } from './work.ts'

/**
 * `ALTER TABLE` as it is written, where DSQL takes every part of it; else part by part, in PostgreSQL's own order:
 * it drops before it adds, wherever the parts stand.
 */
export function alterTable(work: Work, { relation, cmds = [], objtype }: AlterTableStmt): Step[] {
  const { statement, place, say } = work
  const from = statement.tokenAt(relation?.location)
  const end = endOfName(statement, from)
  const table: Altered = {
    name: nameOf(relation),
    text: textOf(statement, from, end),
    head: textOf(statement, 0, end),
    place,
  }
  const whole: Step = {
    kind: 'schema',
    place,
    statements: [statement.text],
    touches: [{ kind: 'relation', ...table.name }],
  }
  if (objtype === 'OBJECT_INDEX') say('indexName', table.name.name)
  if (objtype !== 'OBJECT_TABLE') return [whole]
  const commands = cmds.flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []))
  const parts = partsOf(work, end).map((span, at) => ({ ...span, command: commands[at] ?? {} }))
  if (parts.length !== commands.length) return [whole]
  const translated = parts.map(({ command, from, to }) => {
    const own = workAt(work, from)
    const placed = { ...table, place: own.place }
    const text = textOf(statement, from, to)
    const steps = alterPart(own, placed, { command, from, to, text })
    return { command, steps, plain: changeTable(placed, text) }
  })
  if (translated.every(({ steps }) => steps === undefined)) return [whole]
  return translated
    .toSorted((one, other) => pass(one.command) - pass(other.command))
    .flatMap(({ steps, plain }) => steps ?? [plain])
}

/** What a part becomes; `undefined` where DSQL takes it as it is. */
function alterPart(work: Work, table: Altered, part: Part): Step[] | undefined {
  const { say, holds, statement } = work
  const { command } = part
  const { subtype, name = '', def } = command
  switch (subtype) {
    case 'AT_AddColumn':
      return def && 'ColumnDef' in def ? addColumn(work, table, part, def.ColumnDef) : undefined
    case 'AT_AddConstraint':
      return def && 'Constraint' in def ? addConstraint(work, table, part, def.Constraint) : undefined
    case 'AT_ValidateConstraint':
      if (statement.async) return [{ ...validate(table, name), place: statement.placeOf(), sql: statement.text }]
      return holds('notValid') ? [validate(table, name)] : undefined
    case 'AT_DropConstraint':
      // The name that PostgreSQL and Prisma give to primary keys.
      if (name === `${table.name.name}_pkey`) say('primaryKey', name)
      return undefined
    case 'AT_EnableRowSecurity':
    case 'AT_ForceRowSecurity':
      say('rowSecurity')
      return undefined
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
      say('tableKind', 'partitioned')
      return undefined
    default:
      return alterColumn(work, table, part)
  }
}

/** The tokens between the commas that stand in no parentheses. */
function partsOf({ statement: { tokens } }: Work, behindName: number): { from: number; to: number }[] {
  const first = tokens[behindName]?.text === '*' ? behindName + 1 : behindName
  const parts = [{ from: first, to: tokens.length }]
  let depth = 0
  for (let at = first; at < tokens.length; at++) {
    const text = tokens[at]?.text
    if (text === '(' || text === '[') depth++
    else if (text === ')' || text === ']') depth--
    else if (text === ',' && depth === 0) {
      parts.push({ from: at + 1, to: tokens.length })
      const [closed] = parts.slice(-2)
      if (closed) closed.to = at
    }
  }
  return parts
}

/** PostgreSQL's passes over an ALTER TABLE (tablecmds.c, AlterTablePass). */
function pass({ subtype, def }: AlterTableCmd): number {
  switch (subtype) {
    case 'AT_DropColumn':
    case 'AT_DropConstraint':
    case 'AT_DropNotNull':
    case 'AT_DropIdentity':
    case 'AT_DropExpression':
      return 0
    case 'AT_ColumnDefault':
      return def === undefined ? 0 : 4
    case 'AT_AddColumn':
      return 1
    case 'AT_SetNotNull':
      return 2
    case 'AT_AddConstraint': {
      const kind = def && 'Constraint' in def ? def.Constraint.contype : undefined
      return kind === 'CONSTR_UNIQUE' || kind === 'CONSTR_PRIMARY' ? 3 : 4
    }
    case 'AT_AddIdentity':
      return 4
    default:
      return 5
  }
}
