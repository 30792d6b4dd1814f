import type { Plan } from '../dsql/plan.ts'
import { PrismaIamError } from '../errors.ts'

/** Line by line what the server will refuse. */
export function problemsOf(migration: string, { refusals }: Pick<Plan, 'refusals'>): string[] {
  return refusals.map(
    ({ place, message, instead }) => `${migration}:${place.line}:${place.column}: ${message}: ${instead}`,
  )
}

/** What is thrown instead of running anything: `PRISMA_IAM_STEPS_REFUSED`, a problem a place. */
export function refused(problems: readonly string[]): PrismaIamError {
  return new PrismaIamError(
    'PRISMA_IAM_STEPS_REFUSED',
    'Aurora DSQL refuses what stands in these places; nothing was run:',
    {
      problems,
      hint: '`npx prisma-iam lint` tells the same without a database; a rule that your cluster has outgrown is named in `dsql.accept` of the config',
    },
  )
}
