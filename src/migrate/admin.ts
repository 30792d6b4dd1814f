import type pg from 'pg'
import type { Edges } from '../config/options.ts'
import type { Resolved } from '../config/resolved.ts'
import { dedicatedPatienceMs } from '../connect/dedicated.ts'
import type { Login } from '../connect/login.ts'
import { open } from '../connect/open.ts'
import type { Retrying } from '../connect/retrying.ts'
import { leaseMsOf } from '../engine/deploy-lock.ts'
import type { EngineLogin } from '../engine/login.ts'
import { PrismaIamError } from '../errors.ts'
import type { RoleServer } from '../roles/server.ts'
import { displayUrl } from './admin-url.ts'
import { logIn } from './dedicated.ts'
import { adminOptions, type IamConfig } from './iam-config.ts'
import type { LoadSecretsManager } from './secret.ts'
import { secretLogin } from './secret-login.ts'
import { sessionName } from './session-name.ts'

/** The admin's way into the database, for this process and for the engine. */
export interface Admin {
  resolved: Resolved
  /** The `application_name` of all sessions that are opened here and by the engine. */
  sessionName: string
  /**
   * A dedicated session, to the configured database unless another is named; the caller ends it.
   * @throws PRISMA_IAM_MIGRATE_LOGIN with the server's own words; the signal's reason when it came.
   */
  connect(options?: { database?: string; signal?: AbortSignal | undefined; patienceMs?: number }): Promise<pg.Client>
  /** How the service treats roles. */
  roleServer: RoleServer
  /** The same login as plain data, with a fresh token. */
  engineLogin(): Promise<EngineLogin>
  /** How long a lease of the deploy lock lasts, in milliseconds; absent for the default. */
  leaseMs: number | undefined
  /** How Prisma shows the database: a URL without a secret. */
  url: string
}

/** What the world gives to an admin. */
export interface AdminEdges extends Edges {
  /** Makes a client for Secrets Manager. Default that of `@aws-sdk/client-secrets-manager`. */
  secretsManager?: LoadSecretsManager
  /** Told why a login is tried again. */
  onRetry?: (retry: Retrying) => void
}

/** @throws PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_CONNECT_TRUST, PRISMA_IAM_MIGRATE_SECRET */
export async function adminOf(config: IamConfig, edges: AdminEdges = {}): Promise<Admin> {
  const opening = await open(adminOptions(config, await secretLogin(config, edges.secretsManager)), edges)
  const { resolved } = opening
  assertNotDeclared(config, resolved)
  const applicationName = sessionName(edges.random === undefined ? {} : { random: edges.random })
  const { connectionTimeoutMillis: connectTimeoutMs } = resolved.pool
  const login: Login = {
    ...opening.login,
    applicationName,
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
  }
  const { iamAttachment: iam, ...capabilities } = resolved.endpoint.capabilities
  return {
    resolved,
    sessionName: applicationName,
    connect: ({
      database = resolved.database,
      signal,
      patienceMs: budgetMs = connectTimeoutMs || dedicatedPatienceMs,
    } = {}) => logIn(opening, { database, applicationName, budgetMs, signal, onRetry: edges.onRetry }),
    engineLogin: async () => ({
      login: { ...login, password: await passwordOf(login) },
      capabilities: resolved.endpoint.capabilities,
      ...(config.dsql === undefined ? {} : { dsql: config.dsql }),
    }),
    roleServer: { ...capabilities, iam, schema: resolved.schema },
    leaseMs: leaseMsOf(config.dsql),
    url: displayUrl(config, resolved),
  }
}

/** The app's own URL names the app's role: without `admin` that role would be told to make itself. */
function assertNotDeclared({ admin, roles = {} }: IamConfig, { user }: Resolved): void {
  if (admin !== undefined || !Object.hasOwn(roles, user)) return
  throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `\`${user}\` cannot migrate and be a declared role at once`, {
    hint: "say who migrates, such as admin: { user: 'postgres' }",
  })
}

async function passwordOf({ password }: Login): Promise<string> {
  return typeof password === 'function' ? password() : password
}
