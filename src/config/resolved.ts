import type { Auth } from './auth.ts'
import type { Address, Endpoint } from './endpoint.ts'
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
  adapter: AdapterOptions
}
