import { isPrismaIamError } from '../errors.ts'
import { locator } from './locate.ts'
import { groupTokens, type TokenGroup } from './statements.ts'
import { readTokens } from './tokens.ts'

/** Whether a script can run inside a transaction that somebody else opened. */
export type TransactionFit = { fits: true } | { fits: false; reason: string; line: number }

/**
 * Decides by PostgreSQL's tokens whether a script keeps its meaning between a `BEGIN` and a `COMMIT` around it.
 *
 * A script that cannot be read fits: the server will refuse it, and a refusal is best rolled back.
 */
export async function fitsTransaction(script: string): Promise<TransactionFit> {
  if (!anyMisfit.test(script)) return { fits: true }
  const statements = await readTokens(script).then(groupTokens, (error) => {
    if (isPrismaIamError(error)) return []
    throw error
  })
  for (const statement of statements) {
    const reason = misfit(statement, statements.length === 1)
    if (reason !== undefined) return { fits: false, reason, ...locateLine(script, statement) }
  }
  return { fits: true }
}

function locateLine(script: string, statement: TokenGroup): { line: number } {
  return { line: locator(script)(statement.first.start).line }
}

/**
 * Why a statement cannot run inside a transaction that somebody else opened; `undefined` where it can.
 *
 * @param alone whether it is all that is sent, so that a procedure may commit.
 */
export function misfit({ tokens }: TokenGroup, alone: boolean): string | undefined {
  const words = tokens.map(({ keyword, text }) => keyword ?? text.toUpperCase())
  const text = words.slice(0, 3).join(' ')
  const row = misfits.find(({ begins, has }) => begins.test(`${text} `) && (has === undefined || words.includes(has)))
  if (row !== undefined) return row.reason
  // A procedure may commit, but only where it is all that was sent.
  if (alone && (words[0] === 'CALL' || (words[0] === 'DO' && /\b(COMMIT|ROLLBACK)\b/.test(words.join(' '))))) {
    return 'a procedure or DO block may commit by itself'
  }
  return undefined
}

interface Misfit {
  begins: RegExp
  has?: string
  reason: string
}

/** A word of every rule below: without any of them, a file of megabytes need not be read token by token. */
const anyMisfit =
  /\b(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|TRANSACTION|CONCURRENTLY|REINDEX|VACUUM|CLUSTER|DATABASE|TABLESPACE|SYSTEM|SUBSCRIPTION|DISCARD|CALL)\b/i

const cannot = (what: string) => `${what} cannot run inside a transaction block`

/** The callers of PreventInTransactionBlock in PostgreSQL 18, and statements that end or begin transactions. */
const misfits: readonly Misfit[] = [
  {
    begins: /^(BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE TRANSACTION) /,
    reason: 'the script has transaction statements of its own',
  },
  {
    begins: /^SET TRANSACTION /,
    reason: 'the script sets its transaction, which must come first',
  },
  { begins: /^CREATE (UNIQUE )?INDEX /, has: 'CONCURRENTLY', reason: cannot('CREATE INDEX CONCURRENTLY') },
  { begins: /^DROP INDEX CONCURRENTLY /, reason: cannot('DROP INDEX CONCURRENTLY') },
  { begins: /^REINDEX /, reason: cannot('REINDEX, in most of its forms,') },
  { begins: /^ALTER TABLE /, has: 'CONCURRENTLY', reason: cannot('DETACH PARTITION CONCURRENTLY') },
  { begins: /^VACUUM /, reason: cannot('VACUUM') },
  { begins: /^CLUSTER /, reason: cannot('CLUSTER, in some of its forms,') },
  { begins: /^(CREATE|DROP) DATABASE /, reason: cannot('CREATE DATABASE and DROP DATABASE') },
  { begins: /^ALTER DATABASE /, has: 'TABLESPACE', reason: cannot('ALTER DATABASE SET TABLESPACE') },
  { begins: /^(CREATE|DROP) TABLESPACE /, reason: cannot('CREATE TABLESPACE and DROP TABLESPACE') },
  { begins: /^ALTER SYSTEM /, reason: cannot('ALTER SYSTEM') },
  { begins: /^(CREATE|ALTER|DROP) SUBSCRIPTION /, reason: cannot('a subscription, in most of its forms,') },
  { begins: /^DISCARD ALL /, reason: cannot('DISCARD ALL') },
]
