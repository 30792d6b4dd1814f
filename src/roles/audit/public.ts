import { identifier } from '../../sql/quote.ts'
import { isBookkeeping } from '../bookkeeping.ts'
import { groupBy } from '../group.ts'
import { shown } from '../statement.ts'
import { describedAll } from '../survey/described.ts'
import { revoke } from '../survey/mend.ts'
import type { DefaultGrant, Survey, Thing } from '../survey/survey.ts'
import type { Danger, Finding } from './finding.ts'

/** What everybody who may log in may do, beyond what PostgreSQL gives everybody by itself. */
export function publicFindings(survey: Survey): Finding[] {
  const things = new Map(survey.things.map((thing) => [thing.id, thing]))
  const open: Open[] = survey.grants.flatMap(({ object, column, role, privileges }) => {
    const thing = things.get(object)
    if (role !== null || thing === undefined) return []
    const rest = privileges.filter((privilege) => !ordinary(thing, privilege))
    return rest.length === 0 ? [] : [{ thing, column, privileges: rest }]
  })
  const alike = groupBy(open, ({ thing, column, privileges }) =>
    [thing.kind, thing.schema ?? '', isBookkeeping(thing.name), thing.asOwner, column ?? '', ...privileges].join('\0'),
  )
  const superusers = new Set(survey.people.filter(({ superuser }) => superuser).map(({ name }) => name))
  return [
    ...[...alike.values()].map((group) => openFinding(group, superusers)),
    ...survey.defaults.filter(({ role, kind }) => role === null && kind !== 'function' && kind !== 'type').map(later),
  ]
}

interface Open {
  readonly thing: Thing
  readonly column: string | null
  readonly privileges: readonly string[]
}

/** The defaults of PostgreSQL 15 and later; a function that acts as its owner is no ordinary one to share. */
function ordinary({ kind, name, asOwner }: Thing, privilege: string): boolean {
  if (kind === 'database') return privilege !== 'CREATE'
  if (kind === 'schema') return name === 'public' && privilege === 'USAGE'
  return (kind === 'function' || kind === 'procedure') && !asOwner
}

function openFinding(group: readonly [Open, ...Open[]], superusers: ReadonlySet<string>): Finding {
  const [{ thing, column, privileges }] = group
  const things = group.map((open) => open.thing)
  const object = (column === null ? '' : `column ${shown(column)} of `) + describedAll(things)
  const asOwner = thing.asOwner ? `, with the rights of ${shown(thing.owner)}` : ''
  return {
    kind: 'public',
    danger: thing.asOwner ? (superusers.has(thing.owner) ? 'high' : 'medium') : dangerOf(thing, privileges),
    role: null,
    object,
    sentence: `everybody (PUBLIC) may ${privileges.join(', ')} on ${object}${asOwner}`,
    sql: revoke(privileges, things, null, column),
  }
}

/** CREATE on a schema lets a stranger put a function in the way of another's (CVE-2018-1058). */
function dangerOf({ kind, name }: Thing, privileges: readonly string[]): Danger {
  const reads = privileges.every((privilege) => privilege === 'SELECT' || privilege === 'USAGE')
  if (reads) return kind === 'schema' ? 'low' : 'medium'
  return kind === 'table' || privileges.includes('CREATE') || isBookkeeping(name) ? 'high' : 'medium'
}

function later({ maker, schema, kind, privileges }: DefaultGrant): Finding {
  const where = schema === null ? '' : ` in schema ${shown(schema)}`
  const inSchema = schema === null ? '' : ` IN SCHEMA ${identifier(schema)}`
  return {
    kind: 'public',
    danger: 'medium',
    role: null,
    object: `later ${kind}s${where}`,
    sentence: `everybody (PUBLIC) will have ${privileges.join(', ')} on every ${kind} that ${shown(maker)} makes${where}`,
    sql: `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(maker)}${inSchema} REVOKE ${privileges.join(', ')} ON ${kind.toUpperCase()}S FROM PUBLIC`,
  }
}
