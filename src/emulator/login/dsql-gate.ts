import type { DsqlCatalog } from '../dsql/catalog.ts'
import { refusal } from '../dsql/rules.ts'
import { unknownSetting } from '../dsql/settings.ts'
import type { Identity } from '../token/identity.ts'
import { verifyToken } from '../token/verify.ts'
import type { Gate, Refused } from './gate.ts'

/** What DSQL tokens are judged by. */
export interface DsqlGateOptions {
  catalog: DsqlCatalog
  signHost: string
  signPort: number
  region: string
  identities: readonly Identity[]
  clock: () => Date
}

/** DSQL: everyone by token; `admin` by its own action, the others by a mapping of their ARN to the role as well. */
export function dsqlGate(options: DsqlGateOptions): Gate {
  const { catalog, signHost, signPort, region, identities, clock } = options
  return {
    async way(visitor) {
      // What AWS answers to a client without TLS is not known.
      if (!visitor.encrypted) return refused('plaintext', 'the client did not ask for TLS', 'TLS is required')
      if (visitor.serverName === undefined) {
        return refused('sni', 'the TLS handshake named no server', 'sni was not received')
      }
      const database = visitor.startup.parameters.get('database') || visitor.user
      const setting = unknownSetting(visitor.startup.parameters)
      if (setting !== undefined) {
        const detail = `the startup message sets ${setting}`
        return { kind: 'refused', reason: 'setting', detail, error: refusal('parameter', setting) }
      }
      if (database === 'postgres') return { kind: 'token' }
      const error = { code: '3D000', message: `database "${database}" does not exist` }
      return { kind: 'refused', reason: 'database', detail: 'a cluster has one database, postgres', error }
    },
    async judge(visitor, token) {
      const { user } = visitor
      const verdict = verifyToken(token, { service: 'dsql', signHost, signPort, region, user }, identities, clock())
      if (!verdict.ok) return refused(verdict.reason, verdict.detail, 'access denied', verdict.hint)
      const { arn } = verdict.identity
      if (user === 'admin' || (await catalog.isMapped(arn, user))) return { kind: 'admitted', arn }
      const hint = `User: ${arn} is not authorized to access this resource`
      return refused('mapping', `${arn} is not mapped to role "${user}"`, 'access denied', hint)
    },
  }
}

// Recorded as 08006 on 2026-10-01; an older observation says 28000 for a missing mapping.
function refused(reason: string, detail: string, why: string, hint?: string): Refused {
  const message = `unable to accept connection, ${why}`
  const error = { code: '08006', message, ...(hint === undefined ? {} : { hint }) }
  return { kind: 'refused', reason, detail, error }
}
