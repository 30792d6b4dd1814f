import { isPrismaIamError } from '../../errors.ts'
import type { RoleManifest } from '../manifest.ts'
import { planRoles } from '../plan.ts'
import type { Patience } from '../retry.ts'
import type { RoleServer, SqlClient } from '../server.ts'
import type { RoleStatement } from '../statement.ts'
import type { Finding } from './finding.ts'

/** What `roles apply` would do, and why it would do nothing at all where the declaration does not fit the database. */
export async function driftFindings(
  client: SqlClient,
  manifest: RoleManifest,
  server: RoleServer,
  patience: Patience,
): Promise<Finding[]> {
  try {
    return (await planRoles(client, manifest, server, patience)).statements.map(missing)
  } catch (error) {
    if (!isPrismaIamError(error) || !refusals.includes(error.code)) throw error
    const problems = error.problems.length > 0 ? error.problems : [error.message]
    return problems.map((sentence) => impossible(sentence))
  }
}

const refusals = ['PRISMA_IAM_ROLES_INVALID', 'PRISMA_IAM_ROLES_LOCKOUT']

/** A role that lacks something breaks the app; one that holds what is declared `none` is open. */
function missing({ summary, sql, danger }: RoleStatement): Finding {
  return {
    kind: 'drift',
    danger: danger === 'narrows' ? 'medium' : 'low',
    role: null,
    object: 'declaration',
    sentence: `not as declared; to do: ${summary}`,
    sql,
  }
}

function impossible(sentence: string): Finding {
  return { kind: 'declaration', danger: 'medium', role: null, object: 'declaration', sentence, sql: null }
}
