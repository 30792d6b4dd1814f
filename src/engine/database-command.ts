import { identifier } from '../sql/quote.ts'
import type { DatabaseCommand } from './argv.ts'
import type { Connections } from './connections.ts'

/** Prisma's CLI calls these before its own work, as separate processes; the text is what the native engine logs. */
export async function runDatabaseCommand(command: DatabaseCommand, connections: Connections): Promise<string> {
  switch (command) {
    case 'can-connect-to-database': {
      const { session } = await connections.main()
      await session.query('SELECT 1', [])
      return 'Connection successful'
    }
    case 'create-database': {
      const { session, database } = await connections.maintenance()
      await session.script(`CREATE DATABASE ${identifier(database)}`)
      return `Database '${database}' was successfully created.`
    }
    case 'drop-database': {
      const { session, database } = await connections.maintenance()
      await session.script(`DROP DATABASE IF EXISTS ${identifier(database)}`)
      return 'The database was successfully dropped.'
    }
  }
}
