import { PrismaIamError } from '../errors.ts'
import { hasCode, type Patience, retryConflicts } from './retry.ts'
import type { RoleServer, SqlClient } from './server.ts'
import type { RoleStatement } from './statement.ts'

/**
 * Runs statements for roles in order: all or nothing where DDL is transactional, else each by itself.
 *
 * @returns how many attempts lost against concurrent transactions before they went through
 * @throws PrismaIamError `PRISMA_IAM_ROLES_APPLY` with the statement that the server refused and its words.
 */
export async function runStatements(
  client: SqlClient,
  statements: readonly Step[],
  server: Pick<RoleServer, 'transactionalDdl'>,
  patience: Patience = {},
): Promise<number> {
  if (statements.length === 0) return 0
  return server.transactionalDdl ? runTogether(client, statements, patience) : runEach(client, statements, patience)
}

type Step = Pick<RoleStatement, 'summary' | 'sql'>

async function runTogether(client: SqlClient, statements: readonly Step[], patience: Patience): Promise<number> {
  return (await retryConflicts(() => runInTransaction(client, statements), patience)).retries
}

async function runEach(client: SqlClient, statements: readonly Step[], patience: Patience): Promise<number> {
  let retries = 0
  for (const statement of statements) {
    retries += (await retryConflicts(() => runStatement(client, statement), patience)).retries
  }
  return retries
}

/** Runs all of them or none, once; none when `check`, which comes before the end, throws. */
export async function runInTransaction(
  client: SqlClient,
  statements: readonly Step[],
  check: () => Promise<void> = async () => {},
): Promise<void> {
  await client.query('BEGIN')
  try {
    for (const statement of statements) await runStatement(client, statement)
    await check()
    await runStatement(client, { summary: 'commit the changes of roles', sql: 'COMMIT' })
  } catch (error) {
    // A connection that is gone cannot roll back; the first error is the one that tells why.
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** Runs one, once, and says in words what the server refused. */
export async function runStatement(client: SqlClient, { summary, sql }: Step): Promise<void> {
  try {
    await client.query(sql)
  } catch (cause) {
    throw new PrismaIamError('PRISMA_IAM_ROLES_APPLY', `Could not ${summary}: ${serverWords(cause)}`, {
      ...(hasCode(cause, '42501') ? { hint: permissionHint } : {}),
      cause,
    })
  }
}

const permissionHint =
  'Run this as a user who may: who owns the object, or who has ADMIN OPTION on the role (on RDS the master user, on Aurora DSQL admin).'

function serverWords(cause: unknown): string {
  const { message, detail, code } = cause as { message?: string; detail?: string; code?: string }
  return `${message ?? String(cause)}${detail ? `. ${detail}` : ''}${code ? ` (${code})` : ''}`
}
