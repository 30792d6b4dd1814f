import { PrismaIamError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import type { Catalog } from './catalog.ts'
import { type Comparison, compareAccess } from './comparison.ts'
import { diffRoles } from './diff.ts'
import { foreignWords } from './foreign.ts'
import { futureNotices, withFuture } from './future.ts'
import { leavingProblems } from './leaving.ts'
import { refuseLockout } from './lockout.ts'
import type { RoleManifest } from './manifest.ts'
import { findPath } from './membership.ts'
import { readCatalog } from './read-catalog.ts'
import { type Patience, patientClient } from './retry.ts'
import type { RoleServer, SqlClient } from './server.ts'
import { type RoleStatement, shown } from './statement.ts'

/** What applying the manifest would run. */
export interface RolePlan {
  readonly manifest: RoleManifest
  /** In the order in which they work; empty when nothing is to do. */
  readonly statements: readonly RoleStatement[]
  /** What was seen and left alone. */
  readonly notices: readonly string[]
  readonly prune: boolean
}

/** How to plan. */
export interface PlanOptions extends Patience {
  /** Revoke from the declared roles what they hold beyond the declaration, in whichever schema? Default `false`. */
  readonly prune?: boolean
}

/**
 * Compares the declared roles with what the database holds; changes nothing.
 *
 * @throws PrismaIamError `PRISMA_IAM_ROLES_INVALID` when the manifest names what the database does not have,
 * `PRISMA_IAM_ROLES_LOCKOUT` when it would take the admin its password login.
 */
export async function planRoles(
  client: SqlClient,
  manifest: RoleManifest,
  server: RoleServer,
  { prune = false, ...patience }: PlanOptions = {},
): Promise<RolePlan> {
  const read = await readCatalog(patientClient(client, patience), manifest, server, { everywhere: prune })
  const catalog = await withFuture(client, read, manifest, server, patience)
  return planAgainst(manifest, catalog, compareAccess(manifest, catalog, server), server, prune)
}

/** The plan that follows from what was read; pure. Throws what {@link planRoles} throws. */
export function planAgainst(
  manifest: RoleManifest,
  catalog: Catalog,
  comparison: Comparison,
  server: RoleServer,
  prune = false,
): RolePlan {
  const problems = [
    ...roleProblems(manifest, catalog, server),
    ...leavingProblems(manifest, catalog),
    ...comparison.wanted.problems,
    ...keptByOthers(manifest, comparison),
  ]
  if (problems.length > 0) {
    throw new PrismaIamError('PRISMA_IAM_ROLES_INVALID', 'The declared roles do not fit the database.', {
      problems,
      hint: 'correct `roles` in the config file and run the command again',
    })
  }
  refuseLockout(manifest, catalog, server)
  const { statements, notices } = diffRoles(manifest, comparison, catalog, server, prune)
  return {
    manifest,
    prune,
    statements,
    notices: [...Object.values(catalog.unseen), ...futureNotices(manifest, catalog, server), ...notices],
  }
}

/** What is declared to end and will not, because somebody else gave it. */
function keptByOthers(manifest: RoleManifest, { wanted, foreign }: Comparison): string[] {
  return foreignWords(foreign.filter(({ role, object }) => manifest[role]?.absent || wanted.denied.has(role, object)))
}

function roleProblems(manifest: RoleManifest, catalog: Catalog, server: RoleServer): string[] {
  const known = new Set([...catalog.roles.keys(), ...Object.keys(manifest)])
  const declared = Object.entries(manifest).flatMap(([member, { memberOf = [] }]) =>
    memberOf.map((role) => ({ member, role })),
  )
  const problems = declared
    .filter(({ role }) => !known.has(role))
    .map(
      ({ member, role }) =>
        `role ${JSON.stringify(member)}: memberOf names ${JSON.stringify(role)}, which is neither declared nor there${didYouMean(role, known)}`,
    )
  for (const { member, role } of declared) {
    const back = findPath([...catalog.memberships, ...declared], role, member)
    if (back !== undefined) {
      problems.push(
        `role ${JSON.stringify(member)}: cannot be a member of ${JSON.stringify(role)}, which is its member (${back.map(shown).join(' → ')})`,
      )
    }
  }
  if (
    server.iam === 'rds_iam' &&
    !known.has('rds_iam') &&
    Object.values(manifest).some(({ iam = [] }) => iam.length > 0)
  ) {
    problems.push(
      'there is no role rds_iam: IAM authentication is a feature of RDS and Aurora, and this server has it not',
    )
  }
  return problems
}
