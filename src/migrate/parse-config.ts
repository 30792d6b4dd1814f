import { optionNames } from '../config/options.ts'
import { Problems } from '../config/problems.ts'
import { PrismaIamError } from '../errors.ts'
import { parseManifest } from '../roles/parse.ts'
import type { IamConfig } from './iam-config.ts'

const ownNames = ['admin', 'roles', 'hooks']

/**
 * Checks what `resolve` does not: the names in `iam`, the admin, the hooks, the roles.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_ROLES_INVALID, each with every problem.
 */
export function parseIamConfig(input: unknown, configFile: string): IamConfig {
  const problems = new Problems()
  if (typeof input !== 'object' || input === null) problems.add('the export `iam` must be an object')
  const config = (input ?? {}) as IamConfig
  problems.addUnknownKeys(
    config,
    [...optionNames.filter((name) => !['adapter', 'pool', 'password'].includes(name)), ...ownNames],
    'key',
  )
  checkAdmin(config.admin, problems)
  checkHooks(config.hooks, problems)
  if (problems.list.length > 0) {
    throw new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `\`iam\` of ${configFile} is not right:`, {
      problems: problems.list,
    })
  }
  return { ...config, roles: parseManifest(config.roles ?? {}) }
}

function checkAdmin(admin: unknown, problems: Problems): void {
  if (admin === undefined) return
  if (typeof admin !== 'object' || admin === null) {
    problems.add('`admin` must be an object with a `user`')
    return
  }
  problems.addUnknownKeys(admin, ['user', 'password'], 'key of `admin`')
  const { user, password } = admin as Record<string, unknown>
  if (typeof user !== 'string' || user === '') problems.add('`admin.user` must be the name of a database role')
  if (password !== undefined && typeof password !== 'string' && typeof password !== 'function') {
    problems.add('`admin.password` must be a string or a function that gives one')
  }
}

function checkHooks(hooks: unknown, problems: Problems): void {
  if (hooks === undefined) return
  if (typeof hooks !== 'object' || hooks === null) {
    problems.add('`hooks` must be an object')
    return
  }
  problems.addUnknownKeys(hooks, ['beforeMigrate', 'afterMigrate'], 'key of `hooks`')
  for (const [name, patterns] of Object.entries(hooks)) {
    const fits = Array.isArray(patterns) && patterns.every((pattern) => typeof pattern === 'string')
    if (!fits) problems.add(`\`hooks.${name}\` must be a list of file patterns`)
  }
}
