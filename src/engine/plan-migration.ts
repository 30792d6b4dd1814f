import { fitsTransaction } from '../sql/transaction-fit.ts'
import { planAutocommit } from '../steps/autocommit.ts'
import type { Step } from '../steps/step.ts'

/** How a migration file runs: whole, in one transaction with its row in the history, or in steps. */
export async function planMigration(text: string, transactionalDdl: boolean): Promise<'whole' | readonly Step[]> {
  if (transactionalDdl && (await fitsTransaction(text)).fits) return 'whole'
  return await planAutocommit(text)
}
