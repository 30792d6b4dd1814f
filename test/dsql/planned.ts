import type { DsqlOptions } from '../../src/dsql/options.ts'
import { planDsql } from '../../src/dsql/plan.ts'

/** A plan as lines: `kind: SQL` of each step, `! rule` of each notice, `✗ rule` of each refusal. */
export async function planned(script: string, options: DsqlOptions = {}): Promise<string[]> {
  const { steps, notices, refusals } = await planDsql(script, options)
  return [
    ...steps.map((step) => `${step.kind}: ${'statements' in step ? step.statements.join('; ') : step.sql}`),
    ...notices.map(({ rule }) => `! ${rule}`),
    ...refusals.map(({ rule }) => `✗ ${rule}`),
  ]
}

/** The rules that refuse a script. */
export async function refused(script: string, options: DsqlOptions = {}): Promise<string[]> {
  return (await planDsql(script, options)).refusals.map(({ rule }) => rule)
}
