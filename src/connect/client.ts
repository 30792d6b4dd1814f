import { type LookupFunction, Socket } from 'node:net'
import type pg from 'pg'
import type { Address } from '../config/endpoint.ts'
import { identifier } from '../sql/quote.ts'
import type { Login } from './login.ts'

const defaultConnectTimeoutMs = 15_000

/**
 * The `pg` settings of a login.
 *
 * `pg` overwrites `ssl.servername` with `host` (pg 8.23.1, connection.js), so `host` is the endpoint's own name and the
 * socket alone knows that it dials elsewhere: one name for SNI, for the certificate check and in error messages.
 */
export function clientConfig(login: Login, lookup?: LookupFunction): pg.ClientConfig {
  const { dial, verify } = login
  return {
    host: verify.host,
    port: verify.port,
    user: login.user,
    database: login.database,
    password: login.password,
    ssl: login.tls === 'off' ? false : tlsOptions(login.tls),
    connectionTimeoutMillis: login.connectTimeoutMs ?? defaultConnectTimeoutMs,
    keepAlive: true,
    ...(isDirect(login) && lookup === undefined ? {} : { stream: () => new DialSocket({ ...dial, lookup }) }),
    ...(login.applicationName === undefined ? {} : { application_name: login.applicationName }),
    ...(login.schema === undefined || login.searchPathBy === 'statement'
      ? {}
      : { options: searchPathOption(login.schema) }),
  }
}

function isDirect({ dial, verify }: Login): boolean {
  return dial.host === verify.host && dial.port === verify.port
}

/** The statement that puts a schema first in `search_path`. */
export function searchPathStatement(schema: string): string {
  return `SET search_path TO ${identifier(schema)}`
}

function tlsOptions(tls: { ca?: readonly string[] }): NonNullable<pg.ClientConfig['ssl']> {
  return tls.ca === undefined ? { rejectUnauthorized: true } : { rejectUnauthorized: true, ca: [...tls.ca] }
}

/** The server splits `options` at unescaped white space (PostgreSQL, postinit.c). */
function searchPathOption(schema: string): string {
  return `-c search_path=${identifier(schema).replace(/[\\\s]/g, '\\$&')}`
}

interface Dial extends Address {
  lookup: LookupFunction | undefined
}

class DialSocket extends Socket {
  readonly #dial: Dial

  constructor(dial: Dial) {
    super()
    this.#dial = dial
  }

  override connect(...ignored: unknown[]): this {
    const listener = ignored.find((argument): argument is () => void => typeof argument === 'function')
    const { lookup, ...address } = this.#dial
    return super.connect({ ...address, ...(lookup === undefined ? {} : { lookup }) }, listener)
  }
}
