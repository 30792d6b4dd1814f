import type pg from 'pg'
import type { Edges } from '../config/options.ts'
import { resolve } from '../config/resolve.ts'
import type { Resolved } from '../config/resolved.ts'
import { connectClient } from '../connect/client.ts'
import type { Login } from '../connect/login.ts'
import { loginOf } from '../connect/open.ts'
import type { EngineLogin } from '../engine/login.ts'
import { isPrismaIamError, PrismaIamError } from '../errors.ts'
import type { RoleServer } from '../roles/server.ts'
import { adminOptions, type IamConfig } from './iam-config.ts'
import { sessionName } from './session-name.ts'

/** The admin's way into the database, for this process and for the engine. */
export interface Admin {
  resolved: Resolved
  /** The `application_name` of all sessions that are opened here and by the engine. */
  sessionName: string
  /**
   * A dedicated session, to the configured database unless another is named; the caller ends it.
   * @throws PRISMA_IAM_MIGRATE_LOGIN with the server's own words.
   */
  connect(database?: string): Promise<pg.Client>
  /** How the service treats roles. */
  roleServer: RoleServer
  /** The same login as plain data, with a fresh token. */
  engineLogin(): Promise<EngineLogin>
  /** How Prisma shows the database: a URL without a secret. */
  url: string
}

/** @throws PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_CONNECT_TRUST */
export async function adminOf(config: IamConfig, edges: Edges = {}): Promise<Admin> {
  const resolved = resolve(adminOptions(config), edges)
  assertNotDeclared(config, resolved)
  const applicationName = sessionName(edges.random === undefined ? {} : { random: edges.random })
  const login: Login = { ...(await loginOf(resolved, edges)), applicationName }
  const { iamAttachment, transactionalDdl, publicSchemaIsSystem } = resolved.endpoint.capabilities
  return {
    resolved,
    sessionName: applicationName,
    connect: (database = resolved.database) => connectAs({ ...login, database }),
    engineLogin: async () => ({
      login: { ...login, password: await passwordOf(login) },
      capabilities: resolved.endpoint.capabilities,
    }),
    roleServer: { iam: iamAttachment, transactionalDdl, publicSchemaIsSystem },
    url: displayUrl(resolved),
  }
}

/** The URL to show for commands that may never connect: what is missing is said when a login is asked for. */
export function adminUrl(config: IamConfig, edges: Edges = {}): string {
  try {
    return displayUrl(resolve(adminOptions(config), edges))
  } catch {
    return 'postgresql://nobody@connection-not-configured.invalid:5432/none'
  }
}

/** The URL that Prisma is shown; a login is never made from it. */
function displayUrl({ user, verify, database, schema }: Resolved): string {
  const host = verify.host.includes(':') ? `[${verify.host}]` : verify.host
  const path = `${encodeURIComponent(user)}@${host}:${verify.port}/${encodeURIComponent(database)}`
  return `postgresql://${path}${schema === undefined ? '' : `?schema=${encodeURIComponent(schema)}`}`
}

/** The app's own URL names the app's role: without `admin` that role would be told to make itself. */
function assertNotDeclared({ admin, roles = {} }: IamConfig, { user }: Resolved): void {
  if (admin !== undefined || !Object.hasOwn(roles, user)) return
  throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `\`${user}\` cannot migrate and be a declared role at once`, {
    hint: "say who migrates, such as admin: { user: 'postgres' }",
  })
}

async function connectAs(login: Login): Promise<pg.Client> {
  try {
    return await connectClient(login)
  } catch (cause) {
    if (isPrismaIamError(cause)) throw cause
    const { user, database, verify } = login
    throw new PrismaIamError(
      'PRISMA_IAM_MIGRATE_LOGIN',
      `${user} could not log in to ${database} at ${verify.host}:${verify.port}: ${wordsOf(cause)}`,
      { cause },
    )
  }
}

/** Node answers a host of several addresses, none of which works, by an error that has no message of its own. */
function wordsOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(wordsOf).join(', ')
  const { message = String(cause), code } = cause as { message?: string; code?: string }
  return code === undefined || message.includes(code) ? message : `${message} (${code})`
}

async function passwordOf({ password }: Login): Promise<string> {
  return typeof password === 'function' ? password() : password
}
