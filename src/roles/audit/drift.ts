import { isPrismaIamError } from '../../errors.ts'
import type { RolePlan } from '../plan.ts'
import type { RoleStatement } from '../statement.ts'
import type { Finding } from './finding.ts'

/** What `roles apply` would do, and why it would do nothing at all where the declaration does not fit the database. */
export function driftFindings(plan: () => RolePlan): Finding[] {
  try {
    return plan().statements.map(missing)
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
