import type { CreateFunctionStmt, GrantStmt, Node, TransactionStmt, VariableSetStmt } from 'libpg-query-16'
import type { ServerError } from '../wire/messages.ts'
import { refuseExpressions } from './expressions.ts'
import type { NodeType } from './parser.ts'
import { refusal } from './rules.ts'
import { isSettable } from './settings.ts'
import { refuseAlterTable, refuseCache, refuseCreateTable } from './tables.ts'
import { unsupportedStatements } from './unsupported.ts'

/** Why DSQL refuses this statement wherever it stands, if so. */
export function refuseStatement(node: Node): ServerError | undefined {
  const [type] = Object.keys(node) as [NodeType]
  const unsupported = unsupportedStatements[type]
  return unsupported ? refusal(...unsupported) : (refuseByContent(node) ?? refuseExpressions(node))
}

function refuseByContent(node: Node): ServerError | undefined {
  if ('TransactionStmt' in node) return refuseTransaction(node.TransactionStmt)
  if ('VariableSetStmt' in node) return refuseSet(node.VariableSetStmt)
  if ('CreateStmt' in node) return refuseCreateTable(node.CreateStmt)
  if ('AlterTableStmt' in node) {
    const commands = (node.AlterTableStmt.cmds ?? []).flatMap((cmd) =>
      'AlterTableCmd' in cmd ? cmd.AlterTableCmd : [],
    )
    return commands.map(refuseAlterTable).find((refused) => refused !== undefined)
  }
  if ('IndexStmt' in node) return refusal(node.IndexStmt.concurrent ? 'concurrently' : 'syncIndex')
  if ('CreateSeqStmt' in node) return refuseCache('CREATE SEQUENCE', node.CreateSeqStmt.options)
  if ('CreateFunctionStmt' in node) return refuseFunction(node.CreateFunctionStmt)
  if ('GrantStmt' in node) return refuseGrant(node.GrantStmt)
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd ? refusal('vacuum') : undefined
  if ('DropStmt' in node) return node.DropStmt.removeType === 'OBJECT_TYPE' ? refusal('drop') : undefined
  if ('RenameStmt' in node) return node.RenameStmt.renameType === 'OBJECT_TYPE' ? refusal('rename') : undefined
  // DEALLOCATE ALL is accepted, for drivers send it.
  if ('DeallocateStmt' in node && node.DeallocateStmt.name) return refusal('statement', 'Deallocate')
  return undefined
}

function refuseTransaction({ kind, options }: TransactionStmt): ServerError | undefined {
  switch (kind) {
    case 'TRANS_STMT_SAVEPOINT':
      return refusal('savepoint', 'SAVEPOINT')
    case 'TRANS_STMT_RELEASE':
      return refusal('savepoint', 'RELEASE')
    case 'TRANS_STMT_ROLLBACK_TO':
      return refusal('savepoint', 'ROLLBACK TO')
    case 'TRANS_STMT_PREPARE':
    case 'TRANS_STMT_COMMIT_PREPARED':
    case 'TRANS_STMT_ROLLBACK_PREPARED':
      return refusal('savepoint', 'PREPARE TRANSACTION')
    default:
      return refuseIsolation(options)
  }
}

function refuseIsolation(options: readonly Node[] | undefined): ServerError | undefined {
  const option = (options ?? []).find((node) => 'DefElem' in node && node.DefElem.defname === 'transaction_isolation')
  const level = option && 'DefElem' in option ? constant(option.DefElem.arg) : undefined
  return level === undefined || level === 'repeatable read' ? undefined : refusal('isolation', level.toUpperCase())
}

function refuseSet({ kind, name = '', args }: VariableSetStmt): ServerError | undefined {
  // The level is judged before the parameter (recorded).
  if (name === 'TRANSACTION' || name === 'SESSION CHARACTERISTICS')
    return refuseIsolation(args) ?? refusal('parameter', name)
  return kind === 'VAR_RESET_ALL' || isSettable(name) ? undefined : refusal('parameter', name)
}

function refuseFunction({ is_procedure, options }: CreateFunctionStmt): ServerError | undefined {
  if (is_procedure) return refusal('procedure')
  const option = (options ?? []).find((node) => 'DefElem' in node && node.DefElem.defname === 'language')
  const arg = option && 'DefElem' in option ? option.DefElem.arg : undefined
  const language = arg && 'String' in arg ? (arg.String.sval ?? '') : 'sql'
  return language.toLowerCase() === 'sql' ? undefined : refusal('language', language)
}

function refuseGrant({ objtype, targtype, objects }: GrantStmt): ServerError | undefined {
  if (objtype === 'OBJECT_DATABASE') return refusal('grantObject')
  if (objtype !== 'OBJECT_SCHEMA' || targtype !== 'ACL_TARGET_OBJECT') return undefined
  const system = (objects ?? []).some((node) => 'String' in node && node.String.sval === 'public')
  return system ? refusal('systemEntity') : undefined
}

function constant(node: Node | undefined): string | undefined {
  return node && 'A_Const' in node ? node.A_Const.sval?.sval : undefined
}
