import { Command } from 'commander'
import type { Shell } from '../command.ts'
import { audit } from './roles-audit.ts'
import { apply, plan } from './roles-plan.ts'
import { report } from './roles-report.ts'
import { revoke } from './roles-revoke.ts'

/** `prisma-iam roles plan|apply|audit|report|revoke`: the declared roles against those of the database. */
export function rolesCommand(shell: Shell): Command {
  const roles = new Command('roles').description('Compares the declared roles with the database.')
  const add = (name: string, description: string, json: string) =>
    roles
      .command(name)
      .description(description)
      .option('--json', json)
      .option('--config <file>', 'the config file (default: prisma.config.ts)')
  add('plan', 'Prints the statements that `apply` would run, and runs none.', 'the plan as one JSON object')
    .option('--prune', prune)
    .option('--check', 'exit with 3 when there is something to do')
    .action((flags) => plan(flags, shell))
  add(
    'apply',
    'Brings the declared roles to what is declared, and reads them back.',
    'what was changed, as one JSON object',
  )
    .option('--prune', prune)
    .action((flags) => apply(flags, shell))
  add(
    'audit',
    'Looks for what is not as declared and for access that nobody should have; exits with 3 when it finds some.',
    'the findings as one JSON object',
  ).action((flags) => audit(flags, shell))
  add('report', 'Shows who may do what, and how it comes.', 'the report as one JSON object')
    .argument('[role]', 'only this role, with the way of each privilege')
    .option('--html <file>', 'also as one page for a browser or a printer')
    .action((role, flags) => report(role, flags, shell))
  add('revoke', 'Takes access away now: nobody can log in as the role any more.', 'what was done, as one JSON object')
    .argument('<role>', 'the name of the role')
    .option('--arn <arn>', 'only this identity (Aurora DSQL)')
    .option('--grants', 'also what the role holds in this database')
    .option('--terminate', 'end the sessions that are still open')
    .action((role, flags) => revoke(role, flags, shell))
  return roles
}

const prune = 'also take from declared roles what is not declared'
