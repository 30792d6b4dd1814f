import { auditSurvey } from '../audit/audit.ts'
import type { Finding } from '../audit/finding.ts'
import { attributesOf } from '../audit/power.ts'
import type { Attribute, CatalogRole, ThingKind } from '../catalog.ts'
import type { RoleManifest } from '../manifest.ts'
import { type Patience, patientClient } from '../retry.ts'
import type { RoleServer, SqlClient } from '../server.ts'
import { countSessions } from '../sessions.ts'
import { readSurvey, type Survey } from '../survey.ts'
import { isAdmin, isSystemRole } from '../visible.ts'
import { alikeThings } from './alike.ts'
import { type Access, effectiveAccess } from './effective.ts'

/** Who may do what in one database. */
export interface RolesReport {
  readonly database: string
  readonly takenAt: string
  /** Declared roles first, then the others, the admin last. */
  readonly roles: readonly ReportedRole[]
  readonly objects: readonly ReportedObjects[]
  readonly findings: readonly Finding[]
  readonly notices: readonly string[]
}

/** A role, without what it may do. */
export interface ReportedRole {
  readonly name: string
  readonly declared: boolean
  /** Is it who made this report? */
  readonly admin: boolean
  readonly login: boolean
  /** Who may log in as it, as far as anybody knows: mapped on Aurora DSQL, declared on RDS. */
  readonly arns: readonly string[]
  readonly attributes: readonly Attribute[]
  readonly memberOf: readonly string[]
  /** `-1` is no limit. */
  readonly connectionLimit: number
  /** Absent where the service shows none. */
  readonly openSessions: number | null
}

/** Objects of one kind and schema with which every role may do the same. */
export interface ReportedObjects {
  readonly kind: ThingKind
  readonly schema: string | null
  /** Functions with the types of their arguments. */
  readonly names: readonly string[]
  /** Who may do something here, everybody first, then in the order of the roles. */
  readonly access: readonly ReportedAccess[]
}

/** What one role may do there; `null` is everybody. */
export interface ReportedAccess extends Access {
  readonly role: string | null
  /** Is it of use? Without USAGE on the schema nothing inside can be reached. */
  readonly usable: boolean
}

/** What the report is made of beside the database. */
export interface ReportOptions extends Patience {
  /** When it was made; default now. */
  readonly now?: Date
}

/** Reads who may do what: granted, inherited, owned and open to everybody. */
export async function reportRoles(
  client: SqlClient,
  manifest: RoleManifest,
  server: RoleServer & { readonly showsSessions: boolean },
  { now = new Date(), ...patience }: ReportOptions = {},
): Promise<RolesReport> {
  const patient = patientClient(client, patience)
  const survey = await readSurvey(patient, manifest, server)
  const { findings, notices } = await auditSurvey(client, survey, manifest, server, patience)
  const sessions = server.showsSessions ? await countSessions(patient) : undefined
  const roles = [...survey.roles.values()]
    .filter((role) => !isSystemRole(role) || isAdmin(survey, role.name))
    .map((role) => reported(role, manifest, survey, sessions))
    .toSorted(byRank)
  return {
    database: survey.session.database,
    takenAt: now.toISOString(),
    roles,
    objects: objectsOf(
      survey,
      roles.map(({ name }) => name),
    ),
    findings,
    notices,
  }
}

function reported(
  role: CatalogRole,
  manifest: RoleManifest,
  survey: Survey,
  sessions: ReadonlyMap<string, number> | undefined,
): ReportedRole {
  const { memberships, arns } = survey
  const { name, login, connectionLimit } = role
  const declared = Object.hasOwn(manifest, name) ? manifest[name] : undefined
  return {
    name,
    declared: declared !== undefined && !declared.absent,
    admin: isAdmin(survey, name),
    login,
    arns: [...(arns.get(name) ?? (arns.size === 0 ? (declared?.iam ?? []) : []))],
    attributes: attributesOf(role),
    memberOf: memberships.filter(({ member, inherits }) => member === name && inherits).map((edge) => edge.role),
    connectionLimit,
    openSessions: sessions === undefined ? null : (sessions.get(name) ?? 0),
  }
}

function byRank(a: ReportedRole, b: ReportedRole): number {
  const rank = ({ declared, admin }: ReportedRole) => (admin ? 2 : declared ? 0 : 1)
  return rank(a) - rank(b) || natural(a.name, b.name)
}

const kinds: readonly ThingKind[] = ['database', 'schema', 'table', 'sequence', 'function', 'procedure']

function objectsOf(survey: Survey, roles: readonly string[]): ReportedObjects[] {
  const accessOf = effectiveAccess(survey)
  const groups = alikeThings(survey)
  const open = new Set<string>()
  const placeOf = (schema: string | null, role: string | null) => JSON.stringify([schema, role])
  for (const alike of groups.filter(({ things: [{ kind }] }) => kind === 'schema')) {
    for (const role of [null, ...roles]) {
      if (!('USAGE' in accessOf(role, alike).privileges)) continue
      for (const { name } of alike.things) open.add(placeOf(name, role))
    }
  }
  const rows = new Map<string, ReportedObjects>()
  for (const alike of groups) {
    const [{ kind, schema: place }] = alike.things
    const schema = place === '' ? null : place
    const names = alike.things.map(({ name, takes }) => (takes === null ? name : `${name}(${takes})`))
    const inside = kind !== 'schema' && kind !== 'database'
    const access = [null, ...roles]
      .map((role) => ({ role, ...accessOf(role, alike), usable: !inside || open.has(placeOf(schema, role)) }))
      .filter(isSome)
    // Two owners, and all the same: that is one row.
    const key = JSON.stringify([kind, schema, access])
    rows.set(key, { kind, schema, names: [...(rows.get(key)?.names ?? []), ...names].sort(natural), access })
  }
  return [...rows.values()].toSorted(
    (a, b) =>
      natural(a.schema ?? '', b.schema ?? '') ||
      kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
      natural(a.names[0] ?? '', b.names[0] ?? ''),
  )
}

function isSome({ privileges, columns, owner }: Access): boolean {
  return owner || Object.keys(privileges).length + Object.keys(columns).length > 0
}

/** `item_2` before `item_10`. */
const { compare: natural } = new Intl.Collator('en', { numeric: true })
