import { PrismaIamError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { identifier } from '../sql/quote.ts'
import { arnProblem } from './arn.ts'
import { isBookkeeping } from './bookkeeping.ts'
import { futureKinds } from './future.ts'
import { groupBy } from './group.ts'
import type { GrantDeclaration, Privilege, RoleDeclaration, RoleManifest } from './manifest.ts'
import { findCycle } from './membership.ts'
import { allPrivileges, columnPrivileges, knows, type ObjectKind, presets } from './privileges.ts'

/** What contradicts itself in a well-formed manifest, as far as that can be said without the database. */
export function manifestProblems(manifest: RoleManifest): string[] {
  const problems = Object.entries(manifest).flatMap(([name, declared]) =>
    [...nameProblems(name), ...roleProblems(declared)].map((problem) => `role ${JSON.stringify(name)}: ${problem}`),
  )
  const edges = Object.entries(manifest).flatMap(([member, { memberOf = [] }]) =>
    memberOf.map((role) => ({ member, role })),
  )
  problems.push(...namesakes(Object.keys(manifest)))
  const cycle = findCycle(edges)
  if (cycle !== undefined) problems.push(`memberOf goes in a circle: ${cycle.join(' → ')}`)
  return problems
}

/** Who writes a name without quotes in psql means the small one: two roles that differ in that alone are one, twice. */
function namesakes(names: readonly string[]): string[] {
  const folded = groupBy(names, (name) => name.replace(/^"(.+)"$/s, '$1').toLowerCase())
  return [...folded.values()]
    .filter((same) => same.length > 1)
    .map(
      (same) =>
        `${same.map((name) => `role ${JSON.stringify(name)}`).join(' and ')}: one role, declared twice; names differ by more than case and quotes`,
    )
}

function nameProblems(name: string): string[] {
  if (/^(public|none)$/.test(name)) return ['PostgreSQL keeps this name for itself']
  if (name.startsWith('pg_')) return ['PostgreSQL keeps names that begin with pg_ for itself']
  if (/^rds($|_|admin|proxyadmin|repladmin|topmgr|writeforwarduser)/.test(name)) {
    return ['AWS keeps this name for itself; choose another']
  }
  try {
    identifier(name)
    return []
  } catch (error) {
    return [error instanceof PrismaIamError ? error.message : String(error)]
  }
}

function roleProblems(declared: RoleDeclaration): string[] {
  const { login = true, iam = [], memberOf = [], grants = [], absent } = declared
  if (absent && Object.keys(declared).length > 1) return ['a role that shall be absent has nothing else to say']
  const problems = iam.map(arnProblem).filter((problem) => problem !== undefined)
  // Aurora DSQL: `role X must have the LOGIN attribute`; on RDS membership in rds_iam would lie idle.
  if (iam.length > 0 && !login) problems.push('iam needs a role that may log in; leave `login: false` out')
  if (memberOf.includes('rds_iam')) problems.push('say `iam: [arn]` instead of memberOf rds_iam')
  for (const [index, grant] of grants.entries()) {
    problems.push(...grantProblems(grant).map((problem) => `grants[${index}]: ${problem}`))
  }
  return problems
}

/** A preset stands alone, privileges by name in a list. */
function insteadOf(written: string): string {
  const [, name] = /`(.+)`/.exec(didYouMean(written, [...presets, ...allPrivileges])) ?? []
  if (name === undefined) return ` (write 'readonly', 'readwrite', 'none', or a list such as ['SELECT', 'INSERT'])`
  return (presets as readonly string[]).includes(name)
    ? ` (did you mean \`${name}\`?)`
    : ` (did you mean \`['${name}']\`?)`
}

function grantProblems(grant: GrantDeclaration): string[] {
  const { tables, sequences, columns, privileges } = grant
  const named = [tables, sequences].filter(Array.isArray).flat()
  const problems = named
    .filter(isBookkeeping)
    .map((table: string) => `${table} is the history of migrations and is never granted`)
  if (grant.models !== undefined && (grant.schema ?? tables) !== undefined) {
    problems.push(
      'models say their schema and their tables themselves; leave out `schema` and `tables`, or make two grants',
    )
  }
  if (columns !== undefined) problems.push(...columnProblems(grant))
  if (grant.future) problems.push(...futureProblems(grant))
  if (typeof privileges !== 'string') return [...problems, ...privilegeProblems(privileges, kindsNamed(grant))]
  if (!presets.includes(privileges)) {
    problems.push(`unknown privileges "${privileges}"${insteadOf(privileges)}`)
  } else if (privileges !== 'none' && kindsNamed(grant).length === 1) {
    problems.push(`"${privileges}" of what? Say tables, sequences or functions, such as tables: '*'`)
  }
  return problems
}

function kindsNamed({ tables, models, sequences, functions }: GrantDeclaration): ObjectKind[] {
  return [
    'schema',
    ...((tables ?? models) === undefined ? [] : ['table' as const]),
    ...(sequences === undefined ? [] : ['sequence' as const]),
    ...(functions === undefined ? [] : ['function' as const]),
  ]
}

function privilegeProblems(privileges: readonly Privilege[], kinds: readonly ObjectKind[]): string[] {
  if (privileges.length === 0) return ['the list of privileges is empty; to take access away, say "none"']
  return privileges.flatMap((privilege) => {
    if (!allPrivileges.includes(privilege)) {
      return [`unknown privilege "${privilege}"${didYouMean(privilege, allPrivileges)}`]
    }
    if (kinds.some((kind) => knows(kind, privilege))) return []
    return [`${privilege} fits nothing that is named here (${kinds.join(', ')})`]
  })
}

function futureProblems(grant: GrantDeclaration): string[] {
  if (grant.privileges === 'none')
    return ['future goes with what is granted; nothing is granted later without being said']
  return futureKinds(grant).length > 0 ? [] : ["future needs tables, sequences or functions of '*'"]
}

function columnProblems({ tables, models, columns = [], privileges }: GrantDeclaration): string[] {
  if (!Array.isArray(tables ?? models)) return ['columns need tables by name']
  if (columns.length === 0) return ['the list of columns is empty']
  if (Array.isArray(privileges) && privileges.every((privilege) => columnPrivileges.includes(privilege))) return []
  return [`columns need privileges by name, of ${columnPrivileges.join(', ')}`]
}
