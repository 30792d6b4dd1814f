import { resolve } from '../config/resolve.ts'
import { loginOf } from '../connect/open.ts'
import { PrismaIamError } from '../errors.ts'
import type { EngineLogin } from './login.ts'

/**
 * A login from a URL that Prisma wrote on the command line, for password URLs when nobody serves logins.
 *
 * @throws PrismaIamError `PRISMA_IAM_ENGINE_LOGIN` when the URL would need an IAM token,
 * `PRISMA_IAM_CONFIG_INVALID` when it is no complete PostgreSQL URL.
 */
export async function urlLogin(
  url: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<EngineLogin> {
  if (url === undefined) throw cannotLogIn('Prisma gave its schema engine no URL.')
  const { bare, password } = splitPassword(url)
  const resolved = resolve({ url: bare, ...(password === '' ? {} : { password }) }, { env })
  const { auth, endpoint, pool, verify } = resolved
  if (auth.kind === 'iam') throw cannotLogIn(`The URL of ${verify.host} holds no password.`)
  const login = { ...(await loginOf(resolved, { env })), password: await auth.password() }
  const { connectionTimeoutMillis: connectTimeoutMs } = pool
  return {
    login: connectTimeoutMs === undefined ? login : { ...login, connectTimeoutMs },
    capabilities: endpoint.capabilities,
  }
}

/** A password may stand in the URL of any host here: it is Prisma's own habit, and this is Prisma's own command line. */
function splitPassword(url: string): { bare: string; password: string } {
  if (!URL.canParse(url)) return { bare: url, password: '' }
  const parsed = new URL(url)
  try {
    const password = decodeURIComponent(parsed.password)
    parsed.password = ''
    return { bare: parsed.href, password }
  } catch {
    return { bare: url, password: '' }
  }
}

function cannotLogIn(fact: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_ENGINE_LOGIN', `${fact} The schema engine cannot log in.`, {
    hint: 'Use `iamDatasource` of prisma-iam/config in prisma.config.ts, or run `npx prisma-iam migrate`: both log in by IAM.',
  })
}
