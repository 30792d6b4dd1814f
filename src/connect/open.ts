import type pg from 'pg'
import type { Edges, IamOptions } from '../config/options.ts'
import { resolve } from '../config/resolve.ts'
import type { Resolved } from '../config/resolved.ts'
import { iamTokens } from '../token/iam.ts'
import { clientConfig, searchPathStatement } from './client.ts'
import type { Login } from './login.ts'
import { trustedRoots } from './trust.ts'

/** Everything that a pool needs, found once. */
export interface Opening {
  resolved: Resolved
  login: Login
  pool: pg.PoolConfig
}

/**
 * Turns options into a login and pool settings; nothing is read or loaded before this is called.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_CONNECT_TRUST
 */
export async function open(options: IamOptions = {}, edges: Edges = {}): Promise<Opening> {
  const resolved = resolve(options, edges)
  const login = await loginOf(resolved, edges)
  return { resolved, login, pool: poolConfig(resolved, login, (edges.random ?? Math.random)()) }
}

/** The login of a resolved connection: its password is a function that asks for a token (or the password) each time. */
export async function loginOf(resolved: Resolved, edges: Edges = {}): Promise<Login> {
  const { dial, verify, user, database, schema, tls, endpoint } = resolved
  const roots = await trustedRoots(resolved, (edges.clock ?? Date.now)())
  return {
    dial,
    verify,
    user,
    database,
    password: passwordOf(resolved, edges),
    ...(schema === undefined ? {} : { schema }),
    tls: tls === 'off' ? 'off' : roots === undefined ? {} : { ca: roots },
    searchPathBy: endpoint.capabilities.searchPathBy,
  }
}

function passwordOf(resolved: Resolved, edges: Edges): () => Promise<string> {
  if (resolved.auth.kind === 'password') return resolved.auth.password
  const tokens = iamTokens(resolved.auth, resolved, edges)
  return () => tokens.get()
}

function poolConfig({ pool, endpoint }: Resolved, login: Login, random: number): pg.PoolConfig {
  const { schema, searchPathBy } = login
  const lifetime = lifetimeSeconds(endpoint.capabilities.maxConnectionAgeMs, random)
  return {
    ...clientConfig(login),
    ...(lifetime === undefined ? {} : { maxLifetimeSeconds: lifetime }),
    ...(schema === undefined || searchPathBy === 'startup' ? {} : { onConnect: setSearchPath(schema) }),
    ...pool,
  }
}

/** Ends connections before the server does: 55 minutes of 60 as AWS's own connector, spread over the last tenth. */
function lifetimeSeconds(maxConnectionAgeMs: number | undefined, random: number): number | undefined {
  if (maxConnectionAgeMs === undefined) return undefined
  return Math.round((maxConnectionAgeMs / 1000) * (11 / 12) * (1 - random / 10))
}

function setSearchPath(schema: string): (client: pg.ClientBase) => Promise<void> {
  return async (client) => {
    await client.query(searchPathStatement(schema))
  }
}
