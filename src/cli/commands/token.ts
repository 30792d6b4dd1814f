import { Command } from 'commander'
import { PrismaIamError } from '../../errors.ts'
import type { Shell } from '../command.ts'

/** `prisma-iam token`: the bare token on stdout, everything else on stderr. */
export function tokenCommand(shell: Shell): Command {
  return new Command('token')
    .description('Prints a freshly signed token; it is a password for a few minutes, for the shown role only.')
    .option(
      '--as <role>',
      '`admin` for the admin of the config, or the name of a database role (default: the user of the URL)',
    )
    .option('--config <file>', 'the config file (default: prisma.config.ts)')
    .action((flags: { as?: string; config?: string }) => printToken(flags, shell))
}

async function printToken(flags: { as?: string; config?: string }, { print, env, cwd }: Shell): Promise<void> {
  const { loadProject } = await import('../../migrate/load-config.ts')
  const { adminOptions, roleOptions } = await import('../../migrate/iam-config.ts')
  const { resolve } = await import('../../config/resolve.ts')
  const { iamTokens } = await import('../../token/iam.ts')
  const { iam } = await loadProject(cwd, { config: flags.config })
  const asAdmin = flags.as === 'admin' && iam.admin !== undefined
  const options = asAdmin ? adminOptions(iam) : roleOptions(iam, flags.as)
  const resolved = resolve(options, { env })
  if (resolved.auth.kind !== 'iam') {
    throw new PrismaIamError(
      'PRISMA_IAM_CONFIG_INVALID',
      `${resolved.user} logs in to ${resolved.verify.host} by password, so there is no token`,
      { hint: 'take the password out of the URL or the config' },
    )
  }
  const token = await iamTokens(resolved.auth, resolved, { env }).get()
  const minutes = Math.round(resolved.auth.tokenLifetimeMs / 60_000)
  print.story(`token for ${resolved.user} at ${resolved.verify.host}, valid for ${minutes} minutes at most`)
  print.result(token)
}
