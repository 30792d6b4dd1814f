import { Command } from 'commander'
import { adminOf } from '../../migrate/admin.ts'
import { type DeployResult, type DeployStep, migrateDeploy } from '../../migrate/deploy.ts'
import { loadProject } from '../../migrate/load-config.ts'
import { runPrisma } from '../../migrate/prisma-cli.ts'
import type { Shell } from '../command.ts'
import type { Print } from '../print.ts'
import { type OwnFlags, splitArguments } from './prisma-flags.ts'

/** `prisma-iam migrate [deploy|status|resolve|diff] [flags]`: Prisma's own flags are handed to Prisma. */
export function migrateCommand(shell: Shell, argv: readonly string[]): Command {
  return new Command('migrate')
    .description(
      "Runs Prisma's own migrate as the admin. Without a verb: deploy, then the after hooks, then the declared roles.",
    )
    .argument('[verb]', 'deploy (default), status, resolve or diff', 'deploy')
    .argument('[flags...]', "Prisma's flags for the verb")
    .option('--json', 'one JSON object on stdout (deploy)')
    .option('--skip-roles', 'leave the declared roles alone (deploy)')
    .option('--lock-timeout <seconds>', 'how long to wait for another deploy (deploy)', '300')
    .option('--config <file>', 'the config file (default: prisma.config.ts)')
    .allowUnknownOption()
    .action(() => migrate(argv.slice(argv.indexOf('migrate') + 1), shell))
}

async function migrate(words: readonly string[], shell: Shell): Promise<void> {
  const { verb, own, prisma } = splitArguments(words)
  if (verb === 'deploy') return deploy(own, prisma, shell)
  const project = await loadProject(shell.cwd, own.config)
  const admin = await adminOf(project.iam, { env: shell.env })
  const code = await runPrisma({
    directory: project.directory,
    args: ['migrate', verb, ...prisma],
    env: shell.env,
    url: admin.url,
    login: admin.engineLogin,
    signal: shell.signal,
  })
  shell.exit(code)
}

async function deploy(own: OwnFlags, prismaArgs: readonly string[], { print, env, cwd, signal }: Shell): Promise<void> {
  const project = await loadProject(cwd, own.config)
  const result = await migrateDeploy(project, {
    env,
    prismaArgs,
    skipRoles: own.skipRoles,
    lockTimeoutMs: own.lockTimeoutMs,
    report: (step) => tell(step, print),
    signal,
  })
  if (own.json) print.result(JSON.stringify(result))
  else print.result(summary(result))
}

function tell(step: DeployStep, print: Print): void {
  if (step.kind === 'prisma') print.story(`  ${step.line}`)
  else if (step.kind === 'waiting') print.story(`waiting for another deploy: ${step.holder}`)
  else if (step.kind === 'migrations') print.done(`${count(step.applied, 'migration')} applied${took(step)}`)
  else if (step.kind === 'hook') print.done(`hook ${step.file}${took(step)}`)
  else {
    for (const notice of step.notices) print.story(`  ${notice}`)
    for (const { summary: words } of step.statements) print.story(`  ${words}`)
    print.done(`${count(step.statements, 'change')} of roles${took(step)}`)
  }
}

function summary({ host, database, migrations, hooks, roles }: DeployResult): string {
  const where = `${database} at ${host}`
  if (migrations.length === 0 && roles.length === 0) return `nothing to do: ${where} is up to date`
  return `${where}: ${count(migrations, 'migration')}, ${count(hooks, 'hook')}, ${count(roles, 'change')} of roles`
}

function count(things: readonly unknown[], name: string): string {
  return `${things.length} ${name}${things.length === 1 ? '' : 's'}`
}

function took({ ms }: { ms: number }): string {
  return ` (${(ms / 1000).toFixed(1)} s)`
}
