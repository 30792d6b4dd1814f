import type { DsqlOptions } from '../dsql/options.ts'
import { type Plan, planDsql } from '../dsql/plan.ts'
import { fitsTransaction } from '../sql/transaction-fit.ts'
import { planAutocommit } from '../steps/autocommit.ts'

/** What a server takes in one transaction, and what the project says of its DSQL cluster. */
export interface Planned {
  transactionalDdl: boolean
  dsql?: DsqlOptions | undefined
}

/**
 * How a migration file runs: whole, in one transaction with its row in the history, or in steps.
 *
 * @throws PRISMA_IAM_STEPS_UNENDED, PRISMA_IAM_SQL_UNREADABLE
 */
export async function planMigration(
  name: string,
  text: string,
  { transactionalDdl, dsql }: Planned,
): Promise<'whole' | Plan> {
  if (!transactionalDdl) return await planDsql(text, dsql)
  if ((await fitsTransaction(text)).fits) return 'whole'
  return { steps: await planAutocommit(text, name), notices: [], refusals: [] }
}
