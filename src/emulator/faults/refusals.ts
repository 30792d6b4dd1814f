import type { Service } from '../endpoint.ts'
import type { Refused, Visitor } from '../login/gate.ts'

/** The service's words for a login that a fault refuses. */
export interface Refusals {
  freshGrant(visitor: Visitor, arn: string): Refused
  throttled(visitor: Visitor): Refused
}

/** Each service's own words. */
export const refusals: Record<Service, Refusals> = {
  rds: {
    freshGrant: ({ user }) => refused('fresh-grant', 'the grant has not arrived everywhere yet', pam(user)),
    // Throttling reads like every other refusal; only the instance's log tells ("Troubleshooting IAM DB
    // authentication", 2025: Status Code 429, ThrottlingException).
    throttled: ({ user }) => refused('throttled', 'due to IAM DB authentication throttling', pam(user)),
  },
  dsql: {
    // Recorded on 2026-10-01; one project was refused for tens of seconds after a new policy (mid 2026).
    freshGrant: (_, arn) =>
      refused('fresh-grant', 'the grant has not arrived everywhere yet', {
        code: '08006',
        message: 'unable to accept connection, access denied',
        hint: `User: ${arn} is not authorized to access this resource`,
      }),
    // "Troubleshooting Aurora DSQL", 2026; not observed.
    throttled: () =>
      refused('throttled', 'more new connections than the rate allows', {
        code: '53400',
        message: 'Unable to accept connection, rate exceeded.',
      }),
  },
}

/** DSQL while a cluster wakes up: the text was recorded as FATAL on 2026-10-01, its SQLSTATE was not. */
export function wakingUp(): Refused {
  const message = 'unable to accept connection, waking up cluster, please retry later'
  return refused('waking-up', 'the cluster was inactive', { code: '08006', message })
}

/** Stock PostgreSQL (`backend_startup.c`) while the server starts: said to everybody, before any authentication. */
export function startingUp(): Refused {
  return refused('starting-up', 'PostgreSQL is restarting', {
    code: '57P03',
    message: 'the database system is starting up',
  })
}

// Stock PostgreSQL's text (`auth.c`) for a refusal by PAM.
function pam(user: string): Refused['error'] {
  return { code: '28000', message: `PAM authentication failed for user "${user}"` }
}

function refused(reason: string, detail: string, error: Refused['error']): Refused {
  return { kind: 'refused', reason, detail, error }
}
