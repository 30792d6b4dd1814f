import type pg from 'pg'
import type { Edges, IamOptions } from '../config/options.ts'
import { resolve } from '../config/resolve.ts'
import type { Resolved } from '../config/resolved.ts'
import { iamTokens } from '../token/iam.ts'
import type { TokenSource } from '../token/source.ts'
import { clientConfig, searchPathStatement } from './client.ts'
import type { Door } from './door.ts'
import { longestLifeSeconds } from './lifetime.ts'
import type { Login } from './login.ts'
import { paceOf } from './pacing.ts'
import { pooledClient } from './pooled-client.ts'
import { createSiblings } from './siblings.ts'
import { trustedRoots } from './trust.ts'

/** Everything that one pool needs, found once. */
export interface Opening {
  resolved: Resolved
  login: Login
  pool: pg.PoolConfig & { Client: new (config?: pg.ClientConfig) => pg.Client }
  door: Door
}

/**
 * Turns options into the settings of one pool; nothing is read or loaded before this is called.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_CONNECT_TRUST
 */
export async function open(options: IamOptions = {}, edges: Edges = {}): Promise<Opening> {
  const resolved = resolve(options, edges)
  const entry = entryOf(resolved, edges)
  const login = await loginBy(entry, resolved, edges)
  const pool = poolConfig(resolved, login, edges)
  const door = doorOf(resolved, entry, pool.connectionTimeoutMillis ?? 0, edges)
  return { resolved, login, pool: { ...pool, Client: pooledClient(door) }, door }
}

/** The login of a resolved connection: its password is a function that asks for a token (or the password) each time. */
export async function loginOf(resolved: Resolved, edges: Edges = {}): Promise<Login> {
  return loginBy(entryOf(resolved, edges), resolved, edges)
}

interface Entry {
  password: () => Promise<string>
  tokens: TokenSource | undefined
}

function entryOf(resolved: Resolved, edges: Edges): Entry {
  if (resolved.auth.kind === 'password') return { password: resolved.auth.password, tokens: undefined }
  const tokens = iamTokens(resolved.auth, resolved, edges)
  return { password: () => tokens.get(), tokens }
}

async function loginBy({ password }: Entry, resolved: Resolved, edges: Edges): Promise<Login> {
  const { dial, verify, user, database, schema, tls, endpoint } = resolved
  const roots = await trustedRoots(resolved, (edges.clock ?? Date.now)())
  return {
    dial,
    verify,
    user,
    database,
    password,
    ...(schema === undefined ? {} : { schema }),
    tls: tls === 'off' ? 'off' : roots === undefined ? {} : { ca: roots },
    searchPathBy: endpoint.capabilities.searchPathBy,
  }
}

function poolConfig({ pool }: Resolved, login: Login, { lookup }: Edges): pg.PoolConfig {
  const { schema, searchPathBy } = login
  return {
    ...clientConfig(login, lookup),
    ...(schema === undefined || searchPathBy === 'startup' ? {} : { onConnect: setSearchPath(schema) }),
    ...pool,
  }
}

function doorOf(resolved: Resolved, { tokens }: Entry, timeoutMs: number, edges: Edges): Door {
  const { endpoint, verify, user, pacing, pool } = resolved
  return {
    place: { ...verify, user },
    service: endpoint.service,
    siblings: createSiblings(endpoint.kind),
    pace: paceOf(verify, pacing),
    tokens,
    timeoutMs,
    longestLifeSeconds: longestLifeSeconds(endpoint.capabilities.maxConnectionAgeMs, pool.maxLifetimeSeconds),
    opening: new Set(),
    attempts: new WeakMap(),
    ages: new WeakMap(),
    clock: edges.clock ?? Date.now,
    random: edges.random ?? Math.random,
  }
}

function setSearchPath(schema: string): (client: pg.ClientBase) => Promise<void> {
  return async (client) => {
    await client.query(searchPathStatement(schema))
  }
}
