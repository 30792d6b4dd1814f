import type { Identity } from '../token/identity.ts'
import { verifyToken } from '../token/verify.ts'
import { type Gate, hbaRejects, noHbaEntry, type Query, type Refused } from './gate.ts'

/** What RDS tokens are judged by. */
export interface RdsGateOptions {
  query: Query
  signHost: string
  signPort: number
  region: string
  identities: readonly Identity[]
  clock: () => Date
}

/** RDS and Aurora: TLS only here; members of `rds_iam` by token and by nothing else, everyone else by password. */
export function rdsGate(options: RdsGateOptions): Gate {
  const { query, signHost, signPort, region, identities, clock } = options
  return {
    async way(visitor) {
      // Which of the two pg_hba texts RDS itself sends is not settled by any source; this is the one without a rule.
      if (!visitor.encrypted) return refused('plaintext', 'the client did not ask for TLS', noHbaEntry(visitor))
      const [role] = await query(roleSql, [visitor.user])
      // The true superuser is RDS's own and cannot be logged in as ("Understanding the rds_superuser role").
      if (role?.superuser === true) return refused('superuser', 'superusers cannot log in', hbaRejects(visitor))
      return role?.iam === true ? { kind: 'token' } : { kind: 'password' }
    },
    async judge(visitor, token) {
      const { user } = visitor
      const verdict = verifyToken(token, { service: 'rds', signHost, signPort, region, user }, identities, clock())
      if (verdict.ok) return { kind: 'admitted', arn: verdict.identity.arn }
      // One text for every reason: RDS asks PAM, and PostgreSQL's auth.c words the refusal.
      const error = { code: '28000', message: `PAM authentication failed for user "${user}"` }
      return refused(verdict.reason, verdict.detail, error)
    },
  }
}

// Inherited membership counts, as on RDS; a role that was granted WITH INHERIT FALSE does not make an IAM user.
const roleSql = `
  SELECT rolsuper AS superuser, pg_has_role(oid, 'rds_iam', 'USAGE') AS iam
  FROM pg_roles WHERE rolname = $1`

function refused(reason: string, detail: string, error: Refused['error']): Refused {
  return { kind: 'refused', reason, detail, error }
}
