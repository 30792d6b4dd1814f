import type { Auth } from './auth.ts'
import type { Address, Endpoint, Pacing } from './endpoint.ts'
import type { AdapterOptions, PoolOptions } from './options.ts'

/** A connection with nothing left to guess; frozen. */
export interface Resolved {
  endpoint: Endpoint
  dial: Address
  verify: Address
  user: string
  database: string
  schema: string | undefined
  auth: Auth
  /** `off` only for password logins to servers that are not AWS's; no `ca` means the endpoint's own trust roots. */
  tls: 'off' | { ca: readonly string[] | undefined }
  pool: PoolOptions
  /** `undefined` opens connections as fast as they are asked for. */
  pacing: Pacing | undefined
  /** How many prepared statements a connection keeps; 0 for none. */
  statementCache: number
  adapter: AdapterOptions
}
