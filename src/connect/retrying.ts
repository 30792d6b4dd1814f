import type { ConnectionRetried } from '../events.ts'

/** Why a login is tried again. */
export interface Retrying {
  reason: ConnectionRetried['reason']
  /** The server that is meant, whatever is dialled. */
  host: string
  port: number
  /** The time for all tries, in milliseconds; 0 when there is nothing to wait for. */
  inAllMs: number
}

/** The same for people. */
export function retryInWords({ reason, host, port, inAllMs }: Retrying): string {
  const again = inAllMs === 0 ? 'trying again' : `trying for ${Math.ceil(inAllMs / 1000)} s in all`
  return `${facts[reason](`${host}:${port}`)}; ${again}`
}

const facts: Record<Retrying['reason'], (server: string) => string> = {
  waking: (server) => `${server} is waking up or starting`,
  throttled: (server) => `${server} takes no more logins for the moment`,
  'not-listening': (server) => `nobody listens at ${server}`,
  'no-address': (server) => `the address of ${server} could not be looked up just now`,
  cut: (server) => `${server} cut the connection before the login`,
  unanswered: (server) => `${server} took the connection and does not answer yet`,
  'token-expired': (server) => `the token was too old for ${server}, so a new one is signed`,
}
