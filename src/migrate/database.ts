import { isPrismaIamError } from '../errors.ts'
import { identifier } from '../sql/quote.ts'
import type { Admin } from './admin.ts'

/** Tells the failed login to a database that the server does not have. */
export function isMissing(error: unknown): boolean {
  return isPrismaIamError(error) && error.code === 'PRISMA_IAM_MIGRATE_LOGIN' && codeOf(error.cause) === '3D000'
}

/**
 * Makes the database of the config, as Prisma's own deploy does; one that another deploy has made meanwhile is fine.
 *
 * @throws PRISMA_IAM_MIGRATE_LOGIN
 */
export async function createDatabase({ connect, resolved }: Admin): Promise<void> {
  const client = await connect('postgres')
  try {
    await client.query(`CREATE DATABASE ${identifier(resolved.database)}`)
  } catch (error) {
    if (codeOf(error) !== '42P04') throw error
  } finally {
    await client.end()
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
