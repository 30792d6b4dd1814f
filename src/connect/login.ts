import type { Address } from '../config/endpoint.ts'

/**
 * All that one connection needs: where TCP goes, whom TLS and the token mean, who enters, and what for.
 *
 * Plain data when `password` is a string, so that a login can cross to another process over a private socket.
 */
export interface Login {
  /** Where TCP goes: the endpoint itself, or a tunnel to it. */
  dial: Address
  /** The endpoint that the certificate is checked against and that the token is signed for. */
  verify: Address
  user: string
  database: string
  /** The password, or a function that is asked at the last moment of every login. */
  password: string | (() => Promise<string>)
  /** The schema that comes first in `search_path`; absent leaves the role's own setting. */
  schema?: string
  /** `off` only for plain password logins to servers that are not AWS's; `ca` absent means Node's own roots. */
  tls: 'off' | { ca?: readonly string[] }
  applicationName?: string
  /** How `search_path` is set: in the startup packet, or by a statement where the server refuses `options`. */
  searchPathBy?: 'startup' | 'statement'
  /** Time for TCP, TLS, token and login together, in milliseconds. Default 15,000. */
  connectTimeoutMs?: number
}
