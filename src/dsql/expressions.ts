import type { FuncCall, LockingClause } from 'libpg-query'
import { stringsOf } from './names.ts'
import type { Node } from './statement.ts'
import { walk } from './walk.ts'
import type { Work } from './work.ts'

/** What DSQL does not take inside a statement: a function, a lock on rows, a clause. */
export function checkExpressions({ say }: Work, tree: Node): void {
  for (const [type, fields] of walk(tree)) {
    if (type === 'FuncCall') {
      const { funcname, location } = fields as FuncCall
      const name = stringsOf(funcname).at(-1) ?? ''
      if (/^pg_(try_)?advisory_/.test(name)) say('function', name, location)
    } else if (type === 'LockingClause') {
      const { strength } = fields as LockingClause
      if (strength !== 'LCS_FORUPDATE' && strength !== 'LCS_FORKEYSHARE') say('locking')
    } else if (type === 'RangeTableSample') say('statement', 'TABLESAMPLE')
    else if (type === 'SelectStmt' && fields.intoClause) say('createTableAs', 'table')
  }
}
