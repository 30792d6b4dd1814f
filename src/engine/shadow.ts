import { randomUUID } from 'node:crypto'
import { PrismaIamError } from '../errors.ts'
import { identifier } from '../sql/quote.ts'
import type { Session } from './session.ts'

/** Makes an empty database beside the main one; ending the session drops it. */
export async function createShadow(main: Session, connect: (database: string) => Promise<Session>): Promise<Session> {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`
  const drop = () => main.script(`DROP DATABASE IF EXISTS ${identifier(name)}`)
  await main.script(`CREATE DATABASE ${identifier(name)}`)
  try {
    const session = await connect(name)
    const end = async () => {
      await session.end()
      await drop()
    }
    return { ...session, end }
  } catch (error) {
    await drop()
    throw error
  }
}

/**
 * Refuses a shadow database that is the main one under another name: Prisma empties the shadow.
 *
 * @throws PrismaIamError `PRISMA_IAM_ENGINE_SHADOW`.
 */
export async function assertApart(main: Session, shadow: Session): Promise<void> {
  const [ofMain, ofShadow] = [await identity(main), await identity(shadow)]
  if (ofMain !== ofShadow) return
  throw new PrismaIamError(
    'PRISMA_IAM_ENGINE_SHADOW',
    'The shadow database is the main database, which would be emptied.',
    {
      hint: 'Point shadowDatabaseUrl at another, empty database, or leave it out.',
    },
  )
}

/** A server is told by the microsecond of its start; names and addresses can differ for the same one. */
async function identity(session: Session): Promise<string> {
  const { rows } = await session.query(
    'SELECT oid, pg_postmaster_start_time() FROM pg_database WHERE datname = current_database()',
    [],
  )
  return String(rows[0])
}
