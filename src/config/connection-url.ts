import { didYouMean } from '../nearest.ts'
import type { Problems } from './problems.ts'

/** The parts of a connection URL that were written in it. */
export interface UrlParts {
  host?: string
  /** libpq's: the address to dial, while `host` stays the name to verify. */
  hostaddr?: string
  port?: number
  user?: string
  password?: string
  database?: string
  schema?: string
  sslmode?: string
  caFile?: string
  max?: number
  connectTimeoutMs?: number
  applicationName?: string
  statementCache?: number
}

/**
 * Takes a PostgreSQL URL apart; problems never repeat the URL, which may hold a password.
 *
 * @returns `undefined` where it cannot be read, so that nobody asks for what may stand in it.
 */
export function parseConnectionUrl(text: string, source: string, problems: Problems): UrlParts | undefined {
  if (!/^postgres(ql)?:\/\//i.test(text)) {
    const quoted = /^["']/.test(text) ? '; it stands in quotes: take them out' : ''
    return problems.add(`${source} is not a PostgreSQL URL (it must begin with postgresql://)${quoted}`)
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return problems.add(brokenUrl(text, source))
  let readable = true
  const parts: UrlParts = {}
  const take = <Key extends keyof UrlParts>(key: Key, value: UrlParts[Key] | undefined) => {
    if (value !== undefined && value !== '') parts[key] = value
  }
  const decode = (raw: string, name: string) => {
    try {
      return decodeURIComponent(raw)
    } catch {
      readable = false
      return problems.add(`the ${name} in ${source} is not percent-encoded correctly: ${encoding}`)
    }
  }
  take('host', url.hostname.replace(/^\[|\]$/g, ''))
  take('port', url.port === '' ? undefined : Number(url.port))
  take('user', decode(url.username, 'user'))
  take('password', decode(url.password, 'password'))
  take('database', decode(url.pathname.replace(/^\//, ''), 'database'))
  for (const [name, value] of url.searchParams) {
    const parameter = parameters[name]
    if (parameter) parameter(take, value)
    else problems.add(`unknown parameter \`${name}\` in ${source}${didYouMean(name, Object.keys(parameters))}`)
  }
  for (const key of ['max', 'connectTimeoutMs', 'statementCache'] as const) {
    if (Number.isNaN(parts[key])) problems.add(`a parameter of ${source} that should be a number is not one`)
  }
  return readable ? parts : undefined
}

const encoding = '`%` is written %25, `@` %40, `/` %2F, `#` %23, `?` %3F'

/** The port is not repeated: in a URL that broke in another place, it may be a password. */
function brokenUrl(text: string, source: string): string {
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? ''
  const port = /:([^:\]]+)$/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1]
  if (port !== undefined && !isPort(Number(port))) return `the port in ${source} is not a number from 1 to 65535`
  return `${source} is not a URL; special characters in user and password must be percent-encoded: ${encoding}`
}

/** Tells a whole number that TCP accepts as a port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

type Take = <Key extends keyof UrlParts>(key: Key, value: UrlParts[Key] | undefined) => void
const ignored = () => undefined

/** Prisma's and libpq's parameters; those whose work this package or `pg` does otherwise are accepted and left. */
const parameters: Record<string, (take: Take, value: string) => void> = {
  schema: (take, value) => take('schema', value),
  hostaddr: (take, value) => take('hostaddr', value),
  sslmode: (take, value) => take('sslmode', value),
  sslrootcert: (take, value) => take('caFile', value),
  application_name: (take, value) => take('applicationName', value),
  connection_limit: (take, value) => take('max', Number(value)),
  connect_timeout: (take, value) => take('connectTimeoutMs', Number(value) * 1000),
  pool_timeout: ignored,
  socket_timeout: ignored,
  statement_cache_size: (take, value) => take('statementCache', Number(value)),
  pgbouncer: (take, value) => take('statementCache', value === 'true' ? 0 : undefined),
  sslaccept: ignored,
  channel_binding: ignored,
}
