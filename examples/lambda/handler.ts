import { type DeployPlan, type DeployResult, migrateDeploy, planDeploy } from 'prisma-iam/migrate'

/** What the pipeline sends: `aws lambda invoke --function-name shop-deploy --payload '{"dryRun":true}' …`. */
export interface DeployEvent {
  /** Only tell what a deploy would do. */
  dryRun?: boolean
}

/** What Lambda says of the invocation, as far as it matters here. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number
}

/** Lambda freezes a function that runs out of time in the middle of a statement; this much before, the deploy stops itself. */
const reserveMs = 10_000

/**
 * Runs the deploy step inside the VPC, where the database is.
 *
 * Lambda answers with the result; an error makes the invocation fail, with the error's message in `errorMessage`.
 */
export async function handler(event: DeployEvent, context: LambdaContext): Promise<DeployResult | DeployPlan> {
  const request = {
    // The function's code, with prisma.config.ts, the migrations and node_modules/prisma in it.
    cwd: process.env.LAMBDA_TASK_ROOT ?? process.cwd(),
    signal: AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - reserveMs)),
    // One JSON object a line is what CloudWatch can search.
    report: (step: object) => console.log(JSON.stringify(step)),
  }
  return event.dryRun ? await planDeploy(request) : await migrateDeploy(request)
}
