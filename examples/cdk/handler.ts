import { migrateDeploy } from 'prisma-iam/migrate'

/** What the CDK's provider framework sends for a custom resource. */
export interface CustomResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete'
  PhysicalResourceId?: string
  ResourceProperties: { ServiceToken: string } & Record<string, string>
}

/** What it takes for an answer; an error that is thrown is a failed deployment, with its message. */
export interface CustomResourceAnswer {
  PhysicalResourceId: string
  /** For `getAttString`; CloudFormation takes 4 KB at most. */
  Data: { Migrations: number; Hooks: number; Roles: number }
}

/** A timeout of Lambda would leave CloudFormation waiting for an hour; the longest function runs for 15 minutes. */
const patienceMs = 14 * 60_000

/** Brings the database to what this version of the app needs, before CloudFormation goes on to the app itself. */
export async function handler(event: CustomResourceEvent): Promise<CustomResourceAnswer> {
  // Always the same: with another id CloudFormation would send a Delete for the one before.
  const PhysicalResourceId = event.PhysicalResourceId ?? 'prisma-iam-deploy'
  // A stack that goes takes its function with it, and leaves the data.
  if (event.RequestType === 'Delete') return { PhysicalResourceId, Data: { Migrations: 0, Hooks: 0, Roles: 0 } }
  const { migrations, hooks, roles } = await migrateDeploy({
    cwd: process.env.LAMBDA_TASK_ROOT ?? process.cwd(),
    signal: AbortSignal.timeout(patienceMs),
    report: (step) => console.log(JSON.stringify(step)),
  })
  return { PhysicalResourceId, Data: { Migrations: migrations.length, Hooks: hooks.length, Roles: roles.length } }
}
