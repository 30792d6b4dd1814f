import type { Step } from '../steps/step.ts'
import { isRefusal, type Notice, type Refusal } from './finding.ts'
import type { DsqlOptions } from './options.ts'
import { judge } from './verdict.ts'

/** What a migration file becomes on DSQL. */
export interface Plan {
  steps: readonly Step[]
  /** What is other than on PostgreSQL, or may be refused. */
  notices: readonly Notice[]
  /** Where there is one, no step of any file may run. */
  refusals: readonly Refusal[]
}

/**
 * Translates a migration for PostgreSQL, as Prisma writes it, into steps that DSQL takes. Pure: no server is asked.
 * What is written for DSQL already (ASYNC, a BEGIN and COMMIT of its own) stays as it is.
 */
export async function planDsql(script: string, options: DsqlOptions = {}): Promise<Plan> {
  const verdicts = await judge(script, options)
  const findings = verdicts.flatMap((verdict) => verdict.findings)
  return {
    steps: verdicts.flatMap(({ steps }) => steps),
    notices: findings.filter((finding) => !isRefusal(finding)),
    refusals: findings.filter(isRefusal),
  }
}
