import { identifier } from '../../sql/quote.ts'
import { groupBy } from '../group.ts'
import { type RoleStatement, revokeMembership, shown } from '../statement.ts'
import { describedAll } from '../survey/described.ts'
import { revoke } from '../survey/mend.ts'
import type { Survey, Thing } from '../survey/survey.ts'

/** Objects of one statement, so that it can be read. */
const objectsPerStatement = 50

/** What takes away everything that the role holds in this database, privileges and memberships; never what it owns. */
export function strippingStatements(name: string, survey: Survey): RoleStatement[] {
  const things = new Map(survey.things.map((thing) => [thing.id, thing]))
  const held = new Set(
    survey.grants
      .filter(({ role }) => role === name)
      .map(({ object }) => things.get(object))
      .filter((thing) => thing !== undefined && thing.owner !== name) as Thing[],
  )
  const groups = groupBy(held, ({ kind, schema }) => `${kind}\0${schema ?? ''}`)
  const memberships = survey.memberships.filter(({ member, role }) => member === name && role !== 'rds_iam')
  return [
    ...[...groups.values()].flatMap((group) => pieces(group).map((piece) => takeAll(name, piece))),
    ...memberships.map(revokeMembership),
    ...survey.defaults
      .filter(({ role, maker }) => role === name && maker !== name)
      .map(({ maker, schema, kind }) => takeLater(name, maker, schema, kind)),
  ]
}

function pieces(things: readonly Thing[]): Thing[][] {
  return Array.from({ length: Math.ceil(things.length / objectsPerStatement) }, (_, index) =>
    things.slice(index * objectsPerStatement, (index + 1) * objectsPerStatement),
  )
}

/** Privileges on single columns go with those on the table. */
function takeAll(name: string, things: readonly Thing[]): RoleStatement {
  return {
    summary: `revoke everything on ${describedAll(things)} from ${shown(name)}`,
    sql: revoke(['ALL PRIVILEGES'], things, name),
    danger: 'narrows',
  }
}

function takeLater(name: string, maker: string, schema: string | null, kind: string): RoleStatement {
  const inSchema = schema === null ? '' : ` IN SCHEMA ${identifier(schema)}`
  return {
    summary: `revoke everything on later ${kind}s of ${shown(maker)} from ${shown(name)}`,
    sql: `ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier(maker)}${inSchema} REVOKE ALL ON ${kind.toUpperCase()}S FROM ${identifier(name)}`,
    danger: 'narrows',
  }
}
