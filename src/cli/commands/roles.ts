import { Command } from 'commander'
import type { Admin } from '../../migrate/admin.ts'
import type { RolePlan } from '../../roles/plan.ts'
import type { SqlClient } from '../../roles/server.ts'
import type { Shell } from '../command.ts'

interface Flags {
  check?: true
  json?: true
  config?: string
}

/** `prisma-iam roles plan|apply`: the declared roles against those of the database. */
export function rolesCommand(shell: Shell): Command {
  const roles = new Command('roles').description('Compares the declared roles with the database.')
  roles
    .command('plan')
    .description('Prints the statements that `apply` would run, and runs none.')
    .option('--check', 'exit with 3 when there is something to do')
    .option('--json', 'the plan as one JSON object')
    .option('--config <file>', 'the config file (default: prisma.config.ts)')
    .action((flags: Flags) => plan(flags, shell))
  roles
    .command('apply')
    .description('Brings the declared roles to what is declared, and reads them back.')
    .option('--json', 'what was changed, as one JSON object')
    .option('--config <file>', 'the config file (default: prisma.config.ts)')
    .action((flags: Flags) => apply(flags, shell))
  return roles
}

async function plan(flags: Flags, shell: Shell): Promise<void> {
  const { statements, notices } = await withPlan(flags, shell, async ({ planned }) => planned)
  for (const notice of notices) shell.print.story(notice)
  if (flags.json) shell.print.result(JSON.stringify({ statements, notices }))
  else if (statements.length === 0) shell.print.result('nothing to do')
  else for (const { summary, sql } of statements) shell.print.result(`-- ${summary}\n${sql};`)
  if (flags.check && statements.length > 0) shell.exit(3)
}

async function apply(flags: Flags, shell: Shell): Promise<void> {
  const { applyRoles } = await import('../../roles/apply.ts')
  const { statements, notices } = await withPlan(flags, shell, ({ client, planned, server }) =>
    applyRoles(client, planned, server),
  )
  for (const notice of notices) shell.print.story(notice)
  if (flags.json) shell.print.result(JSON.stringify({ statements, notices }))
  else if (statements.length === 0) shell.print.result('nothing to do')
  else for (const { summary } of statements) shell.print.result(summary)
}

interface Context {
  client: SqlClient
  planned: RolePlan
  server: Admin['roleServer']
}

async function withPlan<Result>(
  flags: Flags,
  { env, cwd, signal }: Shell,
  use: (context: Context) => Promise<Result>,
): Promise<Result> {
  const { loadProject } = await import('../../migrate/load-config.ts')
  const { adminOf } = await import('../../migrate/admin.ts')
  const { withSessions } = await import('../../migrate/sessions.ts')
  const { planRoles } = await import('../../roles/plan.ts')
  const { iam } = await loadProject(cwd, { config: flags.config })
  const admin = await adminOf(iam, { env })
  const server = admin.roleServer
  return await withSessions(admin, signal, (sessions) =>
    sessions.use(async (client) => use({ client, planned: await planRoles(client, iam.roles ?? {}, server), server })),
  )
}
