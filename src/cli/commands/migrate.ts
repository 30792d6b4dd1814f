import { Command } from 'commander'
import type { Project } from '../../migrate/load-config.ts'
import type { DeployStep } from '../../migrate/steps.ts'
import type { Shell } from '../command.ts'
import { type LocalShadow, replays, startLocalShadow } from './local-shadow.ts'
import { printPlan } from './migrate-plan.ts'
import { summary, tell, tellSteps } from './migrate-story.ts'
import { type MigrateArguments, splitArguments } from './prisma-flags.ts'

/** `prisma-iam migrate [deploy|status|resolve|diff|dev|reset] [flags]`: Prisma's own flags are handed to Prisma. */
export function migrateCommand(shell: Shell, argv: readonly string[]): Command {
  return new Command('migrate')
    .description(
      "Runs Prisma's own migrate as the admin. Without a verb: deploy, then the after hooks, then the declared roles.",
    )
    .argument('[verb]', 'deploy (default), status, resolve, diff, dev or reset', 'deploy')
    .argument('[flags...]', "Prisma's flags for the verb; what stands behind -- goes to Prisma unseen")
    .option('--json', 'one JSON object on stdout (deploy)')
    .option('--skip-roles', 'leave the declared roles alone (deploy)')
    .option('--dry-run', 'print what would be done, and do none of it (deploy)')
    .option('--skip-hooks', 'run no hook (deploy)')
    .option('--lock-timeout <seconds>', 'how long to wait for another deploy (deploy)', '300')
    .option('--login-wait <seconds>', 'how long to wait for roles that AWS does not let in yet (deploy)', '30')
    .option('--config <file>', 'the config file (default: prisma.config.ts)')
    .allowUnknownOption()
    .action(() => migrate(splitArguments(argv.slice(argv.indexOf('migrate') + 1)), shell))
}

async function migrate(called: MigrateArguments, shell: Shell): Promise<void> {
  const { loadProject } = await import('../../migrate/load-config.ts')
  const { assertConfigFile } = await import('../../migrate/find-config.ts')
  const project = await loadProject(shell.cwd, called)
  // Prisma 7 takes its datasource from the config file alone.
  if (called.verb !== 'diff') assertConfigFile(project)
  if (called.verb === 'deploy' && !asksHelp(called)) await deploy(project, called, shell)
  else shell.exit(await passOn(project, called, shell))
}

/** Behind `--`, where it is Prisma's own help that is asked for. */
function asksHelp({ prisma }: MigrateArguments): boolean {
  return prisma.includes('--help') || prisma.includes('-h')
}

async function deploy(project: Project, { own, prisma }: MigrateArguments, shell: Shell): Promise<void> {
  const { print, env, signal } = shell
  if (!project.declared) {
    print.story('the config file has no export `iam`: no hooks, no roles, and the admin is the user of DATABASE_URL')
  }
  const { skipRoles, skipHooks } = own
  if (own.dryRun) {
    const { planDeploy } = await import('../../migrate/plan.ts')
    const report = (step: DeployStep) => tell(step, print)
    const plan = await planDeploy(project, { env, skipRoles, skipHooks, report, signal })
    if (own.json) print.result(JSON.stringify({ dryRun: true, ...plan }))
    else printPlan(plan, print)
    return
  }
  const { migrateDeploy } = await import('../../migrate/deploy.ts')
  const result = await migrateDeploy(project, {
    env,
    prismaArgs: prisma,
    skipRoles,
    skipHooks,
    lockTimeoutMs: own.lockTimeoutMs,
    loginWaitMs: own.loginWaitMs,
    report: (step) => {
      shell.begin()
      tell(step, print)
    },
    signal,
  })
  print.result(own.json ? JSON.stringify(result) : summary(result))
}

/** `diff` may need no database at all, so what is missing to reach one is said when Prisma asks for it. */
async function passOn(project: Project, called: MigrateArguments, shell: Shell): Promise<number> {
  const { runPrisma } = await import('../../migrate/prisma-cli.ts')
  const { retryInWords } = await import('../../connect/retrying.ts')
  const { adminOf } = await import('../../migrate/admin.ts')
  const { adminUrl } = await import('../../migrate/admin-url.ts')
  const { assertSameDatabase } = await import('../../migrate/prepare.ts')
  const { env, signal } = shell
  const { verb, prisma } = called
  if (verb !== 'diff' && !asksHelp(called)) assertSameDatabase(project, await adminOf(project.iam, { env }))
  let shadow: Promise<LocalShadow | undefined> | undefined
  const login = async () => {
    const { resolved, engineLogin } = await adminOf(project.iam, { env })
    if (resolved.endpoint.capabilities.severalDatabases || !replays([verb, ...prisma])) return await engineLogin()
    shadow ??= startLocalShadow()
    return { ...(await engineLogin()), shadow: (await shadow)?.login }
  }
  try {
    return await runPrisma({
      project,
      args: ['migrate', verb, ...prisma],
      env,
      url: adminUrl(project.iam, { env }),
      login,
      hear: (news) => {
        if (news.kind === 'retrying') shell.print.story(retryInWords(news))
        if (news.kind === 'waiting') shell.print.story(`waiting for another deploy: ${news.holder}`)
        if (news.kind === 'step') tellSteps(news.progress, shell.print)
      },
      signal,
    })
  } finally {
    await (await shadow)?.stop()
  }
}
