import type { Address } from '../config/endpoint.ts'
import type { Login } from '../connect/login.ts'
import { PrismaIamError } from '../errors.ts'
import { socketVariable } from './login.ts'

/**
 * Refuses a login that is for another database than the one that Prisma shows: the variable of the login socket is
 * inherited by every child process, also by a Prisma that works on another project.
 *
 * @param url the datasource of Prisma's command line; nothing is compared where there is none.
 * @param anyUser for a config that names the app's user, while its wrapper logs in as the admin.
 * @throws PrismaIamError `PRISMA_IAM_ENGINE_LOGIN` with both places.
 */
export function assertMeant(login: Login, url: string | undefined, { anyUser }: { anyUser: boolean }): void {
  const elsewhere = otherPlace(login, url, { anyUser })
  if (elsewhere === undefined) return
  throw new PrismaIamError(
    'PRISMA_IAM_ENGINE_LOGIN',
    `The login at hand is for ${inWords({ ...login.verify, ...login })}, but Prisma was told to work on ${elsewhere}.`,
    {
      hint: `A process that loaded another project's config has started this one: start Prisma without ${socketVariable} and PRISMA_SCHEMA_ENGINE_BINARY, or let both name the same database.`,
    },
  )
}

/** In words, where a URL leads that does not lead where a login does; `undefined` where it does, or names no host. */
export function otherPlace(
  { verify, dial, user, database }: Pick<Login, 'verify' | 'dial' | 'user' | 'database'>,
  url: string | undefined,
  { anyUser }: { anyUser: boolean },
): string | undefined {
  const shown = url === undefined ? undefined : readPlace(url)
  if (shown === undefined) return undefined
  // A URL with `hostaddr` has the endpoint's name beside the tunnel's port.
  const ways = [verify, dial, { host: verify.host, port: dial.port }]
  const isHere = ways.some(({ host, port }) => shown.host === host && shown.port === port)
  const isDatabase = shown.database === '' || shown.database === database
  if (isHere && isDatabase && (anyUser || shown.user === '' || shown.user === user)) return undefined
  return inWords(shown)
}

interface Place extends Address {
  user: string
  database: string
}

/** `undefined` for a text that names no host: Prisma says itself what is wrong with it. */
function readPlace(url: string): Place | undefined {
  if (!URL.canParse(url)) return undefined
  const { hostname, port, username, pathname } = new URL(url)
  if (hostname === '') return undefined
  return {
    host: decode(hostname.replace(/^\[(.*)\]$/, '$1')),
    port: Number(port || 5432),
    user: decode(username),
    database: decode(pathname.slice(1)),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function inWords({ user, database, host, port }: Place): string {
  return `${database} at ${host}:${port} as ${user}`
}
