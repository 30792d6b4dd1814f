import {
  applyRoles,
  type DeployStep,
  isPrismaIamError,
  migrateDeploy,
  planDeploy,
  planRoles,
  type RoleStatement,
} from 'prisma-iam/migrate'
import { expectTypeOf } from 'vitest'

// Compiled by `npm test`, never run: the examples of the doc comments, and what the compiler must refuse.

export async function deploy(): Promise<void> {
  const { migrations, hooks, roles } = await migrateDeploy({ signal: AbortSignal.timeout(600_000) })
  console.log(`${migrations.length} migrations, ${hooks.length} hooks, ${roles.length} changes of roles`)
}

export async function look(): Promise<void> {
  const { migrations } = await planDeploy({ config: 'deploy/prisma.config.ts' })
  if (migrations.length > 0) console.log(`pending: ${migrations.join(', ')}`)
}

export async function lookAtRoles(): Promise<void> {
  const { statements } = await planRoles()
  for (const { summary, sql } of statements) console.log(`-- ${summary}\n${sql};`)
}

export async function makeRoles(): Promise<void> {
  const { statements } = await applyRoles({
    config: {
      url: 'postgresql://postgres@db.cluster-x.eu-west-1.rds.amazonaws.com/shop',
      roles: { app: { iam: ['arn:aws:iam::123456789012:role/app'] } },
    },
  })
  console.log(statements.map(({ summary }) => summary))
}

expectTypeOf(migrateDeploy).parameter(0).not.toBeAny()
expectTypeOf(planRoles()).resolves.toHaveProperty('statements').toEqualTypeOf<readonly RoleStatement[]>()
void migrateDeploy({ report: (step) => expectTypeOf(step).toEqualTypeOf<DeployStep>(), skipRoles: true })
// @ts-expect-error a plan of roles runs no hooks
void planRoles({ skipHooks: true })
// @ts-expect-error an unknown option
void migrateDeploy({ timeoutMs: 5 })
expectTypeOf(isPrismaIamError).guards.toHaveProperty('code')
