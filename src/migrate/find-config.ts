import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { PrismaIamError } from '../errors.ts'

/** Where Prisma 7.10 looks, in its order (`@prisma/config`, loadConfigFromFile). */
const candidates = [
  'prisma7.config',
  join('.config', 'prisma7'),
  'prisma.config',
  join('.config', 'prisma'),
  join('.config', 'prisma.config'),
].flatMap((name) => ['.js', '.ts', '.mjs', '.cjs', '.mts', '.cts'].map((extension) => name + extension))

/** The config file of a folder, if it has one. */
export function findConfig(cwd: string): string | undefined {
  return candidates.map((name) => resolve(cwd, name)).find((path) => existsSync(path))
}

/**
 * For commands that mean nothing without a config file; most often it is the folder that is wrong.
 *
 * @throws PRISMA_IAM_CONFIG_LOAD with the nearest folder above that has one.
 */
export function assertConfigFile({ cwd, configFile }: { cwd: string; configFile: string | undefined }): void {
  if (configFile !== undefined) return
  const above = nearestAbove(cwd)
  throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', `there is no prisma.config.ts in ${cwd}`, {
    hint:
      above === undefined
        ? 'run the command in the folder of your project, or name its file by --config'
        : `run the command in ${dirname(above)}, or add --config ${relative(cwd, above)}`,
  })
}

/**
 * For commands that compare a declaration with the database: without one, every role would look like a stranger.
 *
 * @throws PRISMA_IAM_CONFIG_LOAD without a config file, PRISMA_IAM_CONFIG_INVALID when it has no export `iam`.
 */
export function assertDeclared(project: { cwd: string; configFile: string | undefined; declared: boolean }): void {
  if (project.declared) return
  assertConfigFile(project)
  throw new PrismaIamError(
    'PRISMA_IAM_CONFIG_INVALID',
    `${project.configFile} has no export \`iam\`, so it declares no roles`,
    {
      hint: 'write `export const iam = defineIam({ roles: { … } })` there; docs/roles.md says what can stand in it',
    },
  )
}

function nearestAbove(folder: string): string | undefined {
  const parent = dirname(folder)
  return parent === folder ? undefined : (findConfig(parent) ?? nearestAbove(parent))
}
