import { shown } from '../statement.ts'
import { visibleText } from '../visible-text.ts'
import type { Held, Way } from './effective.ts'
import type { ReportedAccess, ReportedObjects, ReportedRole } from './report.ts'

/** What is known of a role beside its access, as a list of facts. */
export function roleFacts(role: ReportedRole): string[] {
  const { declared, admin, login, openSessions, connectionLimit, attributes, memberOf } = role
  const groups = memberOf.filter((group) => group !== 'rds_iam')
  return [
    ...(admin ? ['the admin'] : [declared ? 'declared' : 'not declared']),
    login ? `may log in${memberOf.includes('rds_iam') ? ' by IAM' : ''}` : 'group',
    ...(openSessions ? [`${openSessions} session${openSessions === 1 ? '' : 's'} open`] : []),
    ...(connectionLimit === -1 ? [] : [`${connectionLimit} connections at most`]),
    ...attributes.map((attribute) => attributeWords[attribute]),
    ...(groups.length > 0 ? [`member of ${groups.map(shown).join(', ')}`] : []),
  ]
}

/** What privileges PostgreSQL's attributes amount to. */
const attributeWords: Record<ReportedRole['attributes'][number], string> = {
  superuser: 'superuser',
  createRole: 'makes roles',
  createDatabase: 'makes databases',
  replication: 'replicates',
  bypassRls: 'passes row security',
}

/** Objects in a few words, as many names as fit: `3 tables Item, Order, …`. */
export function objectWords(
  { kind, names, schema }: Omit<ReportedObjects, 'access'>,
  width = Number.POSITIVE_INFINITY,
): string {
  if (kind === 'schema') return 'the schema itself'
  const list = names.map((name) => (schema === null ? shown(name) : printable(name)))
  const head = list.length === 1 ? kind : `${list.length} ${kind}s`
  return clipped(`${head} ${list.join(', ')}`, width)
}

/** Cuts a text to so many characters, and shows that it did. */
export function clipped(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`
}

/** Functions come with their arguments, whose types the server has quoted; nothing may paint the terminal. */
function printable(name: string): string {
  return /^[\w-]+(\([\w ,"[\].]*\))?$/.test(name) ? name : visibleText(JSON.stringify(name))
}

/** What one role may do in one place, with the way in which it comes unless it was granted to the role itself. */
export function accessWords({ role, privileges, columns, owner, usable }: ReportedAccess): string[] {
  return [
    ...(owner ? ['may change and drop it'] : []),
    ...heldWords(privileges, role),
    ...Object.entries(columns).flatMap(([column, held]) =>
      heldWords(held, role).map((words) => `${words} on column ${shown(column)}`),
    ),
    ...(usable ? [] : ['(idle: no USAGE on the schema)']),
  ]
}

function heldWords(held: Held, role: string | null): string[] {
  const byWay = new Map<string, string[]>()
  for (const [privilege, ways] of Object.entries(held)) {
    const way = role === null ? '' : wayWords(ways)
    byWay.set(way, [...(byWay.get(way) ?? []), privilege])
  }
  return [...byWay].map(([way, names]) => `${names.join(', ')}${way === '' ? '' : ` ${way}`}`)
}

/** The nearest way; a grant of the role's own needs no word. */
function wayWords([nearest]: readonly Way[]): string {
  if (nearest === undefined || nearest.way === 'direct') return ''
  if (nearest.way === 'group') return `by ${shown(nearest.via ?? '')}`
  if (nearest.way === 'owner') return nearest.via === undefined ? 'as owner' : `as owner, by ${shown(nearest.via)}`
  return nearest.way === 'superuser' ? 'as superuser' : 'like everybody'
}
