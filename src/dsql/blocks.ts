import type { TransactionStmt } from 'libpg-query'
import type { Statement } from './statement.ts'

/** What is one transaction by the file's own word: a statement alone, or those between BEGIN and COMMIT. */
export type Unit =
  | { kind: 'single'; statement: Statement }
  | { kind: 'block'; begin: Statement; members: Statement[]; end: 'commit' | 'rollback' | 'nothing' }

/** Groups statements by the transactions that a script opens itself. */
export function groupBlocks(statements: readonly Statement[]): Unit[] {
  const units: Unit[] = []
  let open: Extract<Unit, { kind: 'block' }> | undefined
  for (const statement of statements) {
    const word = transactionWord(statement)
    // Where no transaction is open, PostgreSQL warns of a COMMIT and goes on; likewise of a BEGIN where one is.
    if (word === 'begin') {
      if (open) continue
      open = { kind: 'block', begin: statement, members: [], end: 'nothing' }
      units.push(open)
    } else if (word === undefined) {
      if (open) open.members.push(statement)
      else units.push({ kind: 'single', statement })
    } else if (open) {
      open.end = word.startsWith('commit') ? 'commit' : 'rollback'
      const chained = word.endsWith('-chain')
      open = chained ? { kind: 'block', begin: statement, members: [], end: 'nothing' } : undefined
      if (open) units.push(open)
    }
  }
  return units
}

/** The TransactionStmt of a statement, if it is one. */
export function transactionOf({ tree }: Statement): TransactionStmt | undefined {
  return tree && 'TransactionStmt' in tree ? tree.TransactionStmt : undefined
}

type Word = 'begin' | 'commit' | 'rollback' | 'commit-chain' | 'rollback-chain'

function transactionWord(statement: Statement): Word | undefined {
  const { kind, chain } = transactionOf(statement) ?? {}
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begin'
  if (kind === 'TRANS_STMT_COMMIT') return chain ? 'commit-chain' : 'commit'
  if (kind === 'TRANS_STMT_ROLLBACK') return chain ? 'rollback-chain' : 'rollback'
  return undefined
}
