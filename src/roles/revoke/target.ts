import { PrismaIamError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'
import { arnProblem } from '../arn.ts'
import type { CatalogRole } from '../catalog.ts'
import type { RoleServer } from '../server.ts'
import { shown } from '../statement.ts'
import type { Survey } from '../survey.ts'
import { isAdmin, isSystemRole } from '../visible.ts'

/**
 * The role that is meant.
 * @throws PrismaIamError `PRISMA_IAM_ROLES_UNKNOWN` when there is none, with the nearest name;
 * `PRISMA_IAM_ROLES_PROTECTED` when it is the admin or not the project's to close.
 */
export function targetOf(survey: Survey, name: string): CatalogRole {
  const target = survey.roles.get(name)
  if (target === undefined) {
    const known = [...survey.roles.values()].filter((other) => !isSystemRole(other)).map((other) => other.name)
    throw new PrismaIamError('PRISMA_IAM_ROLES_UNKNOWN', `there is no role ${shown(name)}${didYouMean(name, known)}`, {
      hint: 'nothing was changed; `prisma-iam roles report` lists the roles',
    })
  }
  if (isAdmin(survey, name)) {
    throw protectedRole(`${shown(name)} is the admin that this command is logged in as`, 'log in as another admin')
  }
  if (isSystemRole(target)) {
    throw protectedRole(`${shown(name)} belongs to the server or to AWS`, 'name a role of the project')
  }
  return target
}

/**
 * The ARN that is meant, where the service keeps ARNs.
 * @throws PrismaIamError `PRISMA_IAM_ROLES_UNKNOWN` when it is no ARN, or nearly one that is mapped;
 * `PRISMA_IAM_ROLES_PROTECTED` where the database does not know who may log in.
 */
export function assertArn(survey: Survey, name: string, arn: string, server: Pick<RoleServer, 'iam'>): void {
  if (server.iam !== 'aws-iam') {
    throw new PrismaIamError('PRISMA_IAM_ROLES_PROTECTED', 'this database does not know ARNs: IAM policies decide', {
      hint: `take \`rds-db:connect\` for ${shown(name)} out of the policies of ${arn}, or leave --arn out to close the role for everybody`,
    })
  }
  const problem = arnProblem(arn)
  const mapped = [...(survey.arns.get(name) ?? [])]
  const near = mapped.includes(arn) ? '' : didYouMean(arn, mapped)
  if (problem === undefined && near === '') return
  throw new PrismaIamError('PRISMA_IAM_ROLES_UNKNOWN', problem ?? `${arn} is not mapped to ${shown(name)}${near}`, {
    hint: 'nothing was changed',
  })
}

function protectedRole(message: string, hint: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_ROLES_PROTECTED', message, { hint: `nothing was changed; ${hint}` })
}
