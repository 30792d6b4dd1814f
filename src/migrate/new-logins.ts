import type pg from 'pg'
import { open } from '../connect/open.ts'
import { isPrismaIamError } from '../errors.ts'
import type { AdminEdges } from './admin.ts'
import { logIn } from './dedicated.ts'
import { type IamConfig, roleOptions } from './iam-config.ts'
import type { Probe } from './settle.ts'

/** The login roles that RDS lets in by token: members of `rds_iam`, be it through others. */
export async function iamLogins(client: pg.Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT r.rolname AS name FROM pg_roles r JOIN pg_roles i ON i.rolname = 'rds_iam'
      WHERE r.rolcanlogin AND r.oid <> i.oid AND pg_has_role(r.oid, i.oid, 'USAGE') AND NOT r.rolsuper`,
  )
  return new Set(rows.map(({ name }) => name))
}

/** Tries a login as a role by the credentials of this process, which may or may not be allowed to. */
export async function probeLogin(
  config: IamConfig,
  role: string,
  edges: AdminEdges,
  signal: AbortSignal | undefined,
): Promise<Probe> {
  try {
    const opening = await open(roleOptions(config, role), edges)
    const { database } = opening.resolved
    // Whoever probes asks again himself.
    const wanted = { database, applicationName: 'prisma-iam login probe', budgetMs: 0, signal }
    const client = await logIn(opening, wanted)
    await client.end()
    return 'in'
  } catch (error) {
    signal?.throwIfAborted()
    if (!isPrismaIamError(error) || error.code !== 'PRISMA_IAM_MIGRATE_LOGIN') return 'unknown'
    const { code } = (error.cause ?? {}) as { code?: unknown }
    // Who is refused for want of a right, or at a limit of connections, has passed the door.
    if (code === '42501' || code === '53300') return 'in'
    return code === '28000' || code === '28P01' ? 'refused' : 'unknown'
  }
}
