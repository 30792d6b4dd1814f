import { compareAccess } from '../comparison.ts'
import { withFuture } from '../future.ts'
import type { RoleManifest } from '../manifest.ts'
import { planAgainst } from '../plan.ts'
import { type Patience, patientClient } from '../retry.ts'
import type { RoleServer, SqlClient } from '../server.ts'
import { shown } from '../statement.ts'
import { readSurvey, type Survey } from '../survey.ts'
import { isAdmin, isSystemRole } from '../visible.ts'
import { driftFindings } from './drift.ts'
import { extraAccess, handingOn, ownership } from './extra-access.ts'
import { byDanger, type Finding } from './finding.ts'
import { loginFindings } from './logins.ts'
import { extraMemberships } from './memberships.ts'
import { powerFindings } from './power.ts'
import { publicFindings } from './public.ts'

/** What an audit found, the worst first, and what it could not look at. */
export interface Audit {
  readonly findings: readonly Finding[]
  readonly notices: readonly string[]
}

/**
 * Looks for what is not as declared, and for access that nobody should have; changes nothing.
 * Roles of PostgreSQL and AWS are not looked at, and who looks is taken for the admin.
 */
export async function auditRoles(
  client: SqlClient,
  manifest: RoleManifest,
  server: RoleServer,
  patience: Patience = {},
): Promise<Audit> {
  const survey = await readSurvey(patientClient(client, patience), manifest, server)
  return await auditSurvey(client, survey, manifest, server, patience)
}

/** The same where the database was read already; asks only whether default privileges can be set, where that is not known. */
export async function auditSurvey(
  client: SqlClient,
  survey: Survey,
  manifest: RoleManifest,
  server: RoleServer,
  patience: Patience,
): Promise<Audit> {
  const catalog = await withFuture(client, survey, manifest, server, patience)
  const comparison = compareAccess(manifest, catalog, server)
  const logins = loginFindings(manifest, survey, server)
  const drift = driftFindings(() => planAgainst(manifest, catalog, comparison, server))
  const found = [
    ...logins,
    ...powerFindings(survey),
    ...extraMemberships(manifest, survey),
    ...extraAccess(comparison, catalog),
    ...handingOn(comparison),
    ...ownership(manifest, survey),
    ...publicFindings(survey),
    ...drift.filter(({ sql }) => !logins.some((known) => sql !== null && known.sql?.includes(sql))),
  ]
  return { findings: byDanger(found), notices: blindSpots(manifest, survey, server) }
}

function blindSpots(manifest: RoleManifest, survey: Survey, server: RoleServer): string[] {
  const skipped = [...survey.roles.values()].filter(
    (role) => Object.hasOwn(manifest, role.name) && (isSystemRole(role) || isAdmin(survey, role.name)),
  )
  return [
    ...Object.values(survey.unseen),
    // On Aurora DSQL a token is the only way in.
    ...(survey.passwords === undefined && server.iam !== 'aws-iam'
      ? [`${shown(survey.session.login)} may not see whether a role has a password`]
      : []),
    ...skipped.map(({ name }) => `${shown(name)} is declared, but is the admin or a role of the server: not looked at`),
  ]
}
