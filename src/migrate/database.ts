import { isPrismaIamError, PrismaIamError } from '../errors.ts'
import { identifier } from '../sql/quote.ts'
import type { Admin } from './admin.ts'

/** Tells the failed login to a database that the server does not have, and that can be made there. */
export function canBeMade(error: unknown, { resolved }: Admin): boolean {
  if (!resolved.endpoint.capabilities.severalDatabases) return false
  return isPrismaIamError(error) && error.code === 'PRISMA_IAM_MIGRATE_LOGIN' && codeOf(error.cause) === '3D000'
}

/**
 * Makes the database of the config, as Prisma's own deploy does; one that another deploy has made meanwhile is fine.
 *
 * @throws PRISMA_IAM_MIGRATE_LOGIN, PRISMA_IAM_MIGRATE_DATABASE, the signal's reason when it came.
 */
export async function createDatabase({ connect, resolved }: Admin, signal: AbortSignal | undefined): Promise<void> {
  const { user, database } = resolved
  const client = await connect({ database: 'postgres', signal })
  try {
    await client.query(`CREATE DATABASE ${identifier(database)}`)
  } catch (cause) {
    if (codeOf(cause) === '42P04') return
    const { message } = cause as Error
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_DATABASE', `the database ${database} is not there: ${message}`, {
      hint: `make it by hand, give ${user} the right to (CREATEDB), or correct the name in the URL`,
      cause,
    })
  } finally {
    await client.end()
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
