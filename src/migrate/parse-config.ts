import { optionNames } from '../config/options.ts'
import { Problems } from '../config/problems.ts'
import { isPrismaIamError, PrismaIamError } from '../errors.ts'
import type { RoleManifest } from '../roles/manifest.ts'
import { parseManifest } from '../roles/parse.ts'
import { checkHooks } from './hooks/parse.ts'
import type { IamConfig } from './iam-config.ts'
import { checkDsql } from './parse-dsql.ts'
import { isSecretArn } from './secret.ts'

const ownNames = ['admin', 'roles', 'hooks', 'dsql']

/**
 * Checks what `resolve` does not: the names in `iam`, the admin, the hooks, the roles.
 *
 * @throws PRISMA_IAM_CONFIG_INVALID, PRISMA_IAM_ROLES_INVALID, each with every problem.
 */
export function parseIamConfig(input: unknown, configFile: string): IamConfig {
  const problems = new Problems()
  if (!isObject(input)) throw invalid(configFile, ['the export `iam` must be an object'])
  const config: IamConfig = input
  problems.addUnknownKeys(
    config,
    [...optionNames.filter((name) => !['adapter', 'pool', 'password'].includes(name)), ...ownNames],
    'key',
    { elsewhere: { password: 'it is `admin.password` here' } },
  )
  checkAdmin(config.admin, problems)
  checkHooks(config.hooks, problems)
  checkDsql(config.dsql, problems)
  const roles = readRoles(config.roles ?? {}, problems)
  if (problems.list.length > 0) throw invalid(configFile, problems.list)
  return { ...config, roles }
}

function isObject(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

function invalid(configFile: string, problems: readonly string[]): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', `\`iam\` of ${configFile} is not right:`, {
    problems,
    hint: 'correct what is listed; docs/migrate.md says what can stand in `iam`',
  })
}

/** Problems of roles keep their own code where they are the only ones. */
function readRoles(input: unknown, problems: Problems): RoleManifest {
  try {
    return parseManifest(input)
  } catch (error) {
    if (!isPrismaIamError(error) || problems.list.length === 0) throw error
    for (const problem of error.problems) problems.add(problem)
    return {}
  }
}

function checkAdmin(admin: unknown, problems: Problems): void {
  if (admin === undefined) return
  if (!isObject(admin)) {
    problems.add('`admin` must be an object with a `user`')
    return
  }
  problems.addUnknownKeys(admin, ['user', 'password', 'secretArn'], 'key', { owner: 'admin' })
  const { user, password, secretArn } = admin
  if (user === undefined ? secretArn === undefined : typeof user !== 'string' || user === '') {
    problems.add('`admin.user` must be the name of a database role')
  }
  if (password !== undefined && typeof password !== 'string' && typeof password !== 'function') {
    problems.add('`admin.password` must be a string or a function that gives one')
  }
  if (secretArn === undefined) return
  if (typeof secretArn !== 'string' || !isSecretArn(secretArn)) {
    problems.add('`admin.secretArn` must be the ARN of a secret: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME')
  }
  if (password !== undefined) problems.add('`admin` has a `password` and a `secretArn`: only one of them can be meant')
}
