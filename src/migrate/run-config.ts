import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PrismaIamError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import type { PrismaConfig } from './prisma-config.ts'
import { prismaConfigModule } from './prisma-config-module.ts'

/** What a config file exports, as far as it matters here. */
export interface ConfigExports {
  iam?: unknown
  default?: PrismaConfig
}

/**
 * Runs a config file.
 *
 * @throws PRISMA_IAM_CONFIG_LOAD when it is not there, or fails.
 */
export async function runConfig(configFile: string): Promise<ConfigExports> {
  assertFile(configFile)
  try {
    // As a module its file of 190 kB would be searched for exports first.
    const { createJiti }: Jiti = createRequire(import.meta.url)('jiti')
    // A config may hold a password; jiti's cache would write it, transpiled, into the temporary folder.
    const jiti = createJiti(configFile, {
      interopDefault: false,
      fsCache: false,
      virtualModules: prismaConfigModule(configFile),
    })
    return exportsOf(await jiti.import<ConfigExports>(configFile))
  } catch (cause) {
    const reason = withoutPasswords(cause instanceof Error ? cause.message : String(cause))
    throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', `${configFile} cannot be run: ${reason}`, {
      hint: adviceOn(reason),
      cause,
    })
  }
}

type Jiti = typeof import('jiti')

/** The hint for a `--config` that names nothing that could be run. */
export const noName = { hint: 'leave --config out to use prisma.config.ts of this folder' }

function assertFile(configFile: string): void {
  const found = statSync(configFile, { throwIfNoEntry: false })
  if (found?.isFile()) return
  const fault = found === undefined ? `there is no config file ${configFile}` : `${configFile} is no file`
  throw new PrismaIamError('PRISMA_IAM_CONFIG_LOAD', fault, noName)
}

/** What a config throws may quote its URL. */
function withoutPasswords(text: string): string {
  return text.replace(/(:\/\/[^\s:/@]*):[^\s/]*@/g, '$1:…@')
}

/** What lacks is mostly the Prisma that the config's first line imports. */
function adviceOn(reason: string): string {
  const [, missing] = /Cannot find (?:module|package) '([^']+)'/.exec(reason) ?? []
  if (missing !== undefined) return adviceOnModule(missing)
  if (/subpath '.*' is not defined.*prisma-iam/.test(reason)) return 'import from prisma-iam/config'
  const [, called] = /\.(\w+)\)? is not a function/.exec(reason) ?? []
  const meant = called === undefined ? '' : didYouMean(called, ['defineConfig', 'defineIam', 'iamDatasource', 'env'])
  if (meant !== '') return `nothing of the name ${called} is exported there${meant}`
  if (/^(Parse|Syntax)Error/.test(reason)) return 'correct the file at that line and column'
  return 'correct that in the file, or set what it reads from the environment'
}

function adviceOnModule(missing: string): string {
  if (missing.startsWith('.') || missing.startsWith('/')) return 'see whether that path is right, and was generated'
  const name = missing
    .split('/')
    .slice(0, missing.startsWith('@') ? 2 : 1)
    .join('/')
  return name === 'prisma' ? 'run `npm install --save-dev prisma@7` there' : `run \`npm install ${name}\` there`
}

/** Of a CommonJS file, Node gives all of `module.exports` as the default export. */
function exportsOf(loaded: ConfigExports): ConfigExports {
  const { default: inner } = loaded
  return typeof inner === 'object' && inner !== null && 'default' in inner ? (inner as ConfigExports) : loaded
}
