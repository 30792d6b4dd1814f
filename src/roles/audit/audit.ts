import type { RoleManifest } from '../manifest.ts'
import { type Patience, patientClient } from '../retry.ts'
import type { RoleServer, SqlClient } from '../server.ts'
import { shown } from '../statement.ts'
import { readSurvey, type Survey } from '../survey/survey.ts'
import { isAdmin, isSystemRole } from '../survey/visible.ts'
import { driftFindings } from './drift.ts'
import { extraAccess } from './extra-access.ts'
import { byDanger, type Finding } from './finding.ts'
import { loginFindings } from './logins.ts'
import { extraMemberships } from './memberships.ts'
import { powerFindings } from './power.ts'
import { publicFindings } from './public.ts'
import { wantedOf } from './wanted-access.ts'

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
  const patient = patientClient(client, patience)
  const survey = await readSurvey(patient, server)
  const wanted = await wantedOf(patient, manifest, server)
  const logins = loginFindings(manifest, survey, server)
  const found = [
    ...logins,
    ...powerFindings(survey),
    ...extraMemberships(manifest, survey),
    ...extraAccess(manifest, survey, wanted),
    ...publicFindings(survey),
    ...(await driftFindings(client, manifest, server, patience)).filter(
      ({ sql }) => !logins.some((known) => known.sql === sql),
    ),
  ]
  return { findings: byDanger(found), notices: blindSpots(manifest, survey) }
}

function blindSpots(manifest: RoleManifest, survey: Survey): string[] {
  const skipped = survey.people.filter(
    (person) => Object.hasOwn(manifest, person.name) && (isSystemRole(person) || isAdmin(survey, person.name)),
  )
  return [
    ...(survey.complete ? [] : ['functions are not looked at: this service does not show them']),
    ...(survey.complete && survey.passwords === undefined
      ? [`${shown(survey.admin.login)} may not see whether a role has a password`]
      : []),
    ...skipped.map(({ name }) => `${shown(name)} is declared, but is the admin or a role of the server: not looked at`),
  ]
}
