import type { AlterTableCmd, ColumnDef, Constraint, CreateStmt, DefElem, Node } from 'libpg-query-16'
import type { ServerError } from '../wire/messages.ts'
import { displayName, refuseDatatype } from './datatypes.ts'
import { refusal } from './rules.ts'

/** Why DSQL does not create this table, if so. */
export function refuseCreateTable(statement: CreateStmt): ServerError | undefined {
  const persistence = statement.relation?.relpersistence
  if (persistence === 't') return refusal('createTable', 'TEMPORARY or TEMP table')
  if (persistence === 'u') return refusal('createTable', 'UNLOGGED table')
  if (statement.partspec) return refusal('createTable', 'PARTITION BY clause')
  return first(columnsOf(statement.tableElts), (column) => refuseDatatype(column) ?? refuseIdentity(column))
}

/** Why DSQL does not do this part of an ALTER TABLE, if so. */
export function refuseAlterTable(command: AlterTableCmd): ServerError | undefined {
  switch (command.subtype) {
    case 'AT_AddColumn':
      return first(columnsOf(command.def ? [command.def] : []), refuseAddColumn)
    case 'AT_AddConstraint':
      return command.def && 'Constraint' in command.def ? refuseAddConstraint(command.def.Constraint) : undefined
    case 'AT_ValidateConstraint':
      return refusal('alterTable', 'VALIDATE CONSTRAINT')
    case 'AT_AlterColumnType':
      return refusal('alterTable', 'ALTER COLUMN ... SET DATA TYPE')
    case 'AT_SetNotNull':
      return refusal('alterTable', 'ALTER COLUMN ... SET NOT NULL')
    case 'AT_SetStatistics':
      return refusal('alterTable', 'ALTER COLUMN ... SET STATISTICS')
    case 'AT_EnableRowSecurity':
      return refusal('alterTable', 'ENABLE ROW SECURITY')
    default:
      return undefined
  }
}

/** Why DSQL does not make a sequence with these options, if so; `kind` is how its text begins. */
export function refuseCache(kind: string, options: readonly Node[] | undefined): ServerError | undefined {
  const cache = (options ?? []).map(defElem).find((option) => option?.defname === 'cache')
  const arg = cache?.arg
  const size =
    arg === undefined ? undefined : 'Integer' in arg ? arg.Integer.ival : 'Float' in arg ? Number(arg.Float.fval) : 0
  return size === 1 || (size !== undefined && size >= 65_536) ? undefined : refusal('cache', kind)
}

function refuseAddColumn(column: ColumnDef): ServerError | undefined {
  // GENERATED … STORED and an explicit NULL are not recorded, so they pass.
  const passing = ['CONSTR_NULL', 'CONSTR_GENERATED']
  const constrained = constraintsOf(column).some(({ contype }) => contype !== undefined && !passing.includes(contype))
  return refuseDatatype(column) ?? (constrained ? refusal('addColumn') : undefined)
}

function refuseAddConstraint({ contype, skip_validation, indexname }: Constraint): ServerError | undefined {
  const accepted =
    contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN'
      ? skip_validation
      : contype === 'CONSTR_UNIQUE' && indexname !== undefined
  return accepted ? undefined : refusal('alterTable', 'ADD CONSTRAINT')
}

function refuseIdentity(column: ColumnDef): ServerError | undefined {
  const identity = constraintsOf(column).find(({ contype }) => contype === 'CONSTR_IDENTITY')
  if (!identity) return undefined
  const type = displayName(column.typeName)
  return type === 'bigint' ? refuseCache('identity column', identity.options) : refusal('identityType', type)
}

function columnsOf(elements: readonly Node[] | undefined): ColumnDef[] {
  return (elements ?? []).flatMap((element) => ('ColumnDef' in element ? [element.ColumnDef] : []))
}

function constraintsOf(column: ColumnDef): Constraint[] {
  return (column.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []))
}

function defElem(node: Node): DefElem | undefined {
  return 'DefElem' in node ? node.DefElem : undefined
}

function first<T>(items: readonly T[], check: (item: T) => ServerError | undefined): ServerError | undefined {
  for (const item of items) {
    const found = check(item)
    if (found) return found
  }
  return undefined
}
