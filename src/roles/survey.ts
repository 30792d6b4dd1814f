import type { Catalog } from './catalog.ts'
import * as sql from './catalog-sql.ts'
import type { RoleManifest } from './manifest.ts'
import { readCatalog } from './read-catalog.ts'
import type { RoleServer, SqlClient } from './server.ts'

/** Who may do what in one database: every role and every object, declared or not. */
export interface Survey extends Catalog {
  /** Roles that have a password; `undefined` where this session may not know. */
  readonly passwords: ReadonlySet<string> | undefined
}

/** Reads the whole database in at most ten queries, however much it holds; three more where it must be tried what can be read. */
export async function readSurvey(client: SqlClient, manifest: RoleManifest, server: RoleServer): Promise<Survey> {
  const catalog = await readCatalog(client, manifest, server, { everywhere: true, everybody: true })
  return { ...catalog, passwords: server.iam === 'aws-iam' ? undefined : await readPasswords(client) }
}

async function readPasswords(client: SqlClient): Promise<ReadonlySet<string> | undefined> {
  const [answer] = (await client.query<{ sees: boolean }>(sql.seesPasswords)).rows
  if (answer?.sees !== true) return undefined
  return new Set((await client.query<{ name: string }>(sql.passwords)).rows.map(({ name }) => name))
}
