import type { CreateFunctionStmt, GrantStmt, RenameStmt } from 'libpg-query'
import type { Step } from '../steps/step.ts'
import { alterTable } from './alter-table.ts'
import { createIndex } from './create-index.ts'
import { createTable } from './create-table.ts'
import { edited } from './edit.ts'
import { checkExpressions } from './expressions.ts'
import { stringsOf } from './names.ts'
import { changeRows } from './rows.ts'
import { createSequence } from './sequence.ts'
import { setting } from './settings.ts'
import type { Node } from './statement.ts'
import { touchedBy } from './touched.ts'
import { type NodeType, unsupportedStatements } from './unsupported.ts'
import type { Work } from './work.ts'

/** The steps of one statement that begins or ends no transaction. */
export function translate(work: Work): Step[] {
  const { statement, place, say } = work
  const { tree, text } = statement
  if (tree === undefined) {
    if (!isTrust(work)) say('unparsed')
    return [{ kind: 'schema', place, statements: [text], touches: [] }]
  }
  const [type] = Object.keys(tree) as [NodeType]
  const unsupported = unsupportedStatements[type]
  if (unsupported) say(...unsupported)
  checkExpressions(work, tree)
  return byKind(work, tree) ?? [{ kind: 'schema', place, statements: [text], touches: touchedBy(tree) }]
}

/** `AWS IAM GRANT`, `AWS IAM REVOKE`: a statement that only DSQL has. */
function isTrust({ statement: { tokens } }: Work): boolean {
  const words = tokens.slice(0, 3).map(({ text }) => text.toUpperCase())
  return words[0] === 'AWS' && words[1] === 'IAM' && (words[2] === 'GRANT' || words[2] === 'REVOKE')
}

/** `undefined` for a change of the schema that runs as it is written. */
function byKind(work: Work, tree: Node): Step[] | undefined {
  const { statement, place, say, holds } = work
  if ('CreateStmt' in tree) return createTable(work, tree.CreateStmt)
  if ('AlterTableStmt' in tree) return alterTable(work, tree.AlterTableStmt)
  if ('IndexStmt' in tree) return createIndex(work, tree.IndexStmt)
  if ('VariableSetStmt' in tree) return setting(work, tree.VariableSetStmt)
  if ('CreateSchemaStmt' in tree) {
    const { schemaname, if_not_exists } = tree.CreateSchemaStmt
    return schemaname === 'public' && if_not_exists ? [] : undefined
  }
  if ('VacuumStmt' in tree) {
    if (!tree.VacuumStmt.is_vacuumcmd) return [{ kind: 'bare', place, sql: statement.text }]
    say('maintenance', 'VACUUM')
    return holds('maintenance') ? [] : [{ kind: 'bare', place, sql: statement.text }]
  }
  // It must not stand in a transaction block.
  if ('CallStmt' in tree) return [{ kind: 'bare', place, sql: statement.text }]
  if ('DropStmt' in tree && tree.DropStmt.concurrent) {
    const sql = edited(statement, [{ from: 2, to: 3, with: '' }])
    return [{ kind: 'schema', place, statements: [sql], touches: touchedBy(tree) }]
  }
  if ('CreateSeqStmt' in tree) return createSequence(work, tree.CreateSeqStmt)
  checkByContent(work, tree)
  return changeRows(work, tree)
}

/** What is refused for what it says, not for what it is. */
function checkByContent({ say }: Work, tree: Node): void {
  if ('CreateTableAsStmt' in tree) {
    say('createTableAs', tree.CreateTableAsStmt.objtype === 'OBJECT_MATVIEW' ? 'materialized view' : 'table')
  }
  if ('CreateFunctionStmt' in tree) checkFunction(tree.CreateFunctionStmt, say)
  if ('GrantStmt' in tree) checkGrant(tree.GrantStmt, say)
  if ('RenameStmt' in tree) checkRename(tree.RenameStmt, say)
  if ('DropStmt' in tree && tree.DropStmt.removeType === 'OBJECT_TYPE') say('enum', 'DROP TYPE')
}

function checkFunction({ is_procedure, options }: CreateFunctionStmt, say: Work['say']): void {
  if (is_procedure) say('procedure')
  const option = (options ?? []).find((node) => 'DefElem' in node && node.DefElem.defname === 'language')
  const arg = option && 'DefElem' in option ? option.DefElem.arg : undefined
  const language = arg && 'String' in arg ? (arg.String.sval ?? '') : 'sql'
  if (!is_procedure && language.toLowerCase() !== 'sql') say('language', language)
}

function checkGrant({ objtype, targtype, objects }: GrantStmt, say: Work['say']): void {
  if (objtype === 'OBJECT_DATABASE') say('grantObject')
  if (objtype !== 'OBJECT_SCHEMA' || targtype !== 'ACL_TARGET_OBJECT') return
  if (stringsOf(objects).includes('public')) say('systemSchema', 'no grants on it')
}

function checkRename({ renameType, relation }: RenameStmt, say: Work['say']): void {
  if (renameType === 'OBJECT_TYPE') say('enum', 'ALTER TYPE')
  if (renameType === 'OBJECT_INDEX') say('indexName', relation?.relname)
}
