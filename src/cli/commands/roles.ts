import { Command } from 'commander'
import type { Shell } from '../command.ts'
import { audit } from './roles-audit.ts'
import { apply, plan } from './roles-plan.ts'

/** `prisma-iam roles plan|apply|audit`: the declared roles against those of the database. */
export function rolesCommand(shell: Shell): Command {
  const roles = new Command('roles').description('Compares the declared roles with the database.')
  const add = (name: string, description: string, json: string) =>
    roles
      .command(name)
      .description(description)
      .option('--json', json)
      .option('--config <file>', 'the config file (default: prisma.config.ts)')
  add('plan', 'Prints the statements that `apply` would run, and runs none.', 'the plan as one JSON object')
    .option('--check', 'exit with 3 when there is something to do')
    .action((flags) => plan(flags, shell))
  add(
    'apply',
    'Brings the declared roles to what is declared, and reads them back.',
    'what was changed, as one JSON object',
  ).action((flags) => apply(flags, shell))
  add(
    'audit',
    'Looks for what is not as declared and for access that nobody should have; exits with 3 when it finds some.',
    'the findings as one JSON object',
  ).action((flags) => audit(flags, shell))
  return roles
}
