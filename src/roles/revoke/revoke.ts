import { PrismaIamError } from '../../errors.ts'
import { isThing } from '../catalog.ts'
import type { RoleManifest } from '../manifest.ts'
import { type Patience, patientClient } from '../retry.ts'
import { runStatements } from '../run.ts'
import type { RoleServer, SqlClient } from '../server.ts'
import { endSessions, type OpenSession, openSessions } from '../sessions.ts'
import { type RoleStatement, shown } from '../statement.ts'
import { readSurvey, type Survey } from '../survey.ts'
import { isAdmin } from '../visible.ts'
import { closingStatements } from './close.ts'
import { strippingStatements } from './strip.ts'
import { assertArn, targetOf } from './target.ts'

/** What shall be taken away. */
export interface Revocation {
  readonly role: string
  /** Aurora DSQL: only this identity. */
  readonly arn?: string | undefined
  /** Also what the role holds in this database, so that sessions which stay open can do nothing. Default `false`. */
  readonly grants?: boolean | undefined
  /** End the sessions that are still open. Default `false`. */
  readonly terminate?: boolean | undefined
}

/** What was taken away, and what is left. */
export interface Revoked {
  readonly role: string
  /** What ran, in order; empty when nobody could log in already. */
  readonly statements: readonly RoleStatement[]
  readonly sessions: RoleSessions
  readonly notices: readonly string[]
}

/** The sessions of the role: listed, or not visible on this service. */
export type RoleSessions =
  | {
      readonly kind: 'seen'
      readonly ended: readonly OpenSession[]
      readonly open: readonly OpenSession[]
      /** Why some could not be ended, in the server's words. */
      readonly refused?: string
    }
  | { readonly kind: 'hidden' }

/**
 * Takes access away now: no login is possible when this resolves, and what is still open is known. Safe to repeat.
 *
 * @throws PrismaIamError `PRISMA_IAM_ROLES_UNKNOWN` and `PRISMA_IAM_ROLES_PROTECTED` before anything is changed,
 * `PRISMA_IAM_ROLES_APPLY` with what the server refused, `PRISMA_IAM_ROLES_VERIFY` when a way in is still there.
 */
export async function revokeRole(
  client: SqlClient,
  manifest: RoleManifest,
  revocation: Revocation,
  server: RoleServer & { readonly showsSessions: boolean },
  patience: Patience = {},
): Promise<Revoked> {
  const { role: name, arn, grants = false, terminate = false } = revocation
  const patient = patientClient(client, patience)
  const survey = await readSurvey(patient, manifest, server)
  const target = targetOf(survey, name)
  if (arn !== undefined) assertArn(survey, name, arn, server)

  // The door is closed for good before anything else is tried: a refused REVOKE must not open it again.
  const closing = closingStatements(target, survey, server, arn)
  await runStatements(client, closing, server, patience)
  const after = await readSurvey(patient, manifest, server)
  assertClosed(targetOf(after, name), after, server, arn)
  const stripping = grants ? strippingStatements(name, survey) : []
  await runStatements(client, stripping, server, patience)
  return {
    role: name,
    statements: [...closing, ...stripping],
    sessions: server.showsSessions ? await sessionsOf(client, name, terminate, patience) : { kind: 'hidden' },
    notices: notices(manifest, after, revocation, server),
  }
}

function assertClosed(
  { name, login }: { name: string; login: boolean },
  { arns }: Survey,
  { iam }: RoleServer,
  arn: string | undefined,
): void {
  const mapped = [...(arns.get(name) ?? [])].filter((known) => arn === undefined || known === arn)
  if (iam === 'aws-iam' ? mapped.length === 0 : !login) return
  throw new PrismaIamError('PRISMA_IAM_ROLES_VERIFY', `read back, ${shown(name)} can still log in:`, {
    problems: iam === 'aws-iam' ? mapped.map((known) => `${known} is mapped to it`) : ['it has LOGIN'],
    hint: 'a deploy may have run at the same time; run the command again',
  })
}

async function sessionsOf(
  client: SqlClient,
  name: string,
  terminate: boolean,
  patience: Patience,
): Promise<RoleSessions> {
  if (!terminate) return { kind: 'seen', ended: [], open: await openSessions(client, name) }
  try {
    const { ended, left } = await endSessions(client, name, patience)
    return { kind: 'seen', ended, open: left }
  } catch (error) {
    // The door is closed all the same, and that must be told.
    const refused = error instanceof Error ? error.message : String(error)
    return { kind: 'seen', ended: [], open: await openSessions(client, name), refused }
  }
}

function notices(
  manifest: RoleManifest,
  survey: Survey,
  { role: name, arn, grants }: Revocation,
  server: RoleServer,
): string[] {
  const said: string[] = []
  const declared = Object.hasOwn(manifest, name) ? manifest[name] : undefined
  if (declared !== undefined && (arn === undefined || declared.iam?.includes(arn))) {
    const what = arn === undefined ? `\`${name}\` out of \`roles\`` : `the ARN out of \`iam\` of \`${name}\``
    said.push(`${shown(name)} is declared, so the next deploy gives this back: take ${what} in the config first`)
  }
  const mapped = [...(survey.arns.get(name) ?? [])]
  if (arn !== undefined && mapped.length > 0) said.push(`still mapped to ${shown(name)}: ${mapped.join(', ')}`)
  const members = survey.memberships
    .filter(({ role, member, inherits }) => role === name && inherits && !isAdmin(survey, member))
    .map(({ member }) => shown(member))
  if (members.length > 0) said.push(`members of ${shown(name)} keep what it may do: ${members.join(', ')}`)
  const owned = survey.objects.filter((object) => isThing(object) && object.owner === name).length
  if (owned > 0) said.push(`${shown(name)} owns ${owned} object${owned === 1 ? '' : 's'}, and an owner needs no grant`)
  const stuck = survey.memberships.some(({ member, role }) => member === name && role === 'rds_iam')
  if (server.iam === 'rds_iam' && stuck) said.push(`${shown(name)} is still in rds_iam, by somebody else's grant`)
  if (!grants && arn === undefined) said.push('what it was granted is left as it is; --grants takes that too')
  return said
}
