import { PrismaIamError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'
import { countedFindings } from '../audit/counted.ts'
import { groupBy } from '../group.ts'
import { shown } from '../statement.ts'
import { matrixLines } from './matrix.ts'
import type { ReportedObjects, ReportedRole, RolesReport } from './report.ts'
import { accessWords, objectWords, roleFacts } from './words.ts'

/** The whole report for a terminal of so many columns. */
export function reportText(report: RolesReport, width: number): string[] {
  const { roles, findings } = report
  const longest = Math.max(...roles.map(({ name }) => shown(name).length))
  return [
    ...roles.flatMap((role) => [
      `${shown(role.name).padEnd(longest)}  ${roleFacts(role).join(', ')}`,
      ...role.arns.map((arn) => `${' '.repeat(longest)}  as ${arn}`),
    ]),
    ...matrixLines(report, width),
    ...(findings.length === 0 ? [] : ['', `${countedFindings(findings)}; \`prisma-iam roles audit\` tells them`]),
  ]
}

/**
 * Everything that one role may do, with the way in which each privilege comes.
 * @throws PrismaIamError `PRISMA_IAM_ROLES_UNKNOWN` when there is no such role, with the nearest.
 */
export function roleText({ roles, objects }: RolesReport, name: string, width: number): string[] {
  const role = roles.find((known) => known.name === name)
  if (role === undefined) throw unknown(name, roles)
  const lines = [`${shown(name)}: ${roleFacts(role).join(', ')}`, ...role.arns.map((arn) => `  as ${arn}`)]
  let place: string | null | undefined
  for (const { kind, schema, names, words } of rowsOf(objects, name)) {
    if (schema !== place && schema !== null) lines.push(`schema ${shown(schema)}`)
    place = schema
    lines.push(`  ${objectWords({ kind, schema, names }, width - 2)}`, ...words.map((text) => `    ${text}`))
  }
  return lines
}

/** Rows that differ for others only are one for this role. */
function rowsOf(objects: readonly ReportedObjects[], name: string) {
  const rows = objects.flatMap(({ kind, schema, names, access }) => {
    const own = access.find((entry) => entry.role === name)
    return own === undefined ? [] : [{ kind, schema, names, words: accessWords(own) }]
  })
  return [...groupBy(rows, ({ kind, schema, words }) => JSON.stringify([kind, schema, words])).values()].map(
    (group) => ({ ...group[0], names: group.flatMap(({ names }) => names) }),
  )
}

function unknown(name: string, roles: readonly ReportedRole[]): PrismaIamError {
  const near = didYouMean(
    name,
    roles.map((role) => role.name),
  )
  return new PrismaIamError('PRISMA_IAM_ROLES_UNKNOWN', `there is no role ${shown(name)}${near}`, {
    hint: '`prisma-iam roles report` lists the roles',
  })
}
