import { hasCode } from './retry.ts'
import type { RoleServer, SqlClient } from './server.ts'

/** Which catalogs are looked into, beside those of schemas and relations. */
export interface Depth {
  /** `pg_proc` */
  readonly functions: boolean
  /** `pg_database` */
  readonly databases: boolean
  /** `pg_shdepend`: what keeps a role from being dropped. */
  readonly dependencies: boolean
}

/** What cannot be looked at, and why. */
export type Unseen = Partial<Record<keyof Depth, string>>

/**
 * Of the catalogs that are wanted, those that the server lets this session read, and the others in words. Where the
 * service is known to have all of them nothing is asked.
 *
 * AWS calls some of PostgreSQL's catalogs "not applicable" on Aurora DSQL, which says neither that they are refused nor
 * that they are empty; so each is tried.
 */
export async function readable(
  client: SqlClient,
  { catalogsUnproven = false }: Pick<RoleServer, 'catalogsUnproven'>,
  wanted: Depth,
): Promise<{ depth: Depth; unseen: Unseen }> {
  if (!catalogsUnproven) return { depth: wanted, unseen: {} }
  const depth = { ...wanted }
  const unseen: Unseen = {}
  for (const [what, { catalog, words }] of Object.entries(probes) as [keyof Depth, Probe][]) {
    if (!wanted[what]) continue
    const refusal = await refusalOf(client, catalog)
    if (refusal === undefined) continue
    depth[what] = false
    unseen[what] = `${words}: this server does not show ${catalog} (${refusal})`
  }
  return { depth, unseen }
}

interface Probe {
  readonly catalog: string
  readonly words: string
}

const probes: Record<keyof Depth, Probe> = {
  functions: { catalog: 'pg_proc', words: 'functions are not looked at' },
  databases: { catalog: 'pg_database', words: 'rights on the database itself are not looked at' },
  dependencies: { catalog: 'pg_shdepend', words: 'what a role that shall go still owns is not looked for' },
}

/** Why the catalog tells nothing; PostgreSQL's own functions and this very database stand in it when it tells anything. */
async function refusalOf(client: SqlClient, catalog: string): Promise<string | undefined> {
  try {
    const { rows } = await client.query(`select 1 as one from pg_catalog.${catalog} limit 1`)
    return rows.length > 0 || catalog === 'pg_shdepend' ? undefined : 'it is empty'
  } catch (error) {
    if (refusals.some((code) => hasCode(error, code))) return error instanceof Error ? error.message : String(error)
    throw error
  }
}

/** feature_not_supported, insufficient_privilege, undefined_table, undefined_object */
const refusals = ['0A000', '42501', '42P01', '42704']
