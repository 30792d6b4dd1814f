import { dirname, join, resolve } from 'node:path'
import { engineBinary } from '../engine/binary.ts'
import type { Project } from './load-config.ts'

/** How Prisma's CLI is given a config that was run already. */
export interface HandedConfig {
  /** For `--config`. */
  file: string
  /** What that file reads; paths, and a URL without a secret. */
  env: Readonly<Record<string, string>>
}

/** What of Prisma's own config `migrate deploy` reads, or passes over (7.10.1). */
const understood: Readonly<Record<string, readonly string[]>> = {
  datasource: ['url', 'shadowDatabaseUrl'],
  migrations: ['path', 'seed'],
}

/**
 * Hands Prisma's config on as plain data, for `migrate deploy`: to transpile the config file a second time takes the CLI as
 * long as all that a deploy does which finds nothing to do.
 *
 * @param url without a secret, in place of the config's own.
 * @returns nothing where the config says more than where schema, migrations and database are; the CLI then runs the file itself,
 * and tells what is wrong with it in its own words.
 */
export function handConfig({ prisma = {}, directory, datasourceUrl }: Project, url: string): HandedConfig | undefined {
  const { schema, migrations, ...others } = prisma
  // Prisma's own search for a schema begins at its config file.
  if (datasourceUrl === undefined || typeof schema !== 'string' || schema === '') return undefined
  if (!isUnderstood({ migrations, ...others })) return undefined
  const config = {
    schema: resolve(directory, schema),
    ...(migrations?.path ? { migrations: { path: resolve(directory, migrations.path) } } : {}),
    datasource: { url },
  }
  return { file: handedFile(), env: { PRISMA_IAM_PRISMA_CONFIG: JSON.stringify(config) } }
}

function isUnderstood(config: object): boolean {
  return Object.entries(config).every(([key, part]: [string, unknown]) => {
    if (part === undefined) return true
    const known = understood[key]
    if (known === undefined || typeof part !== 'object' || part === null) return false
    return Object.entries(part).every(([name, value]) => known.includes(name) && typeof value === 'string')
  })
}

function handedFile(): string {
  return join(dirname(engineBinary()), '../migrate/handed.config.mjs')
}

/** Whether Prisma names that file, of which nobody knows. */
export function namesHandedFile(line: string): boolean {
  return line.startsWith('Loaded Prisma config from ') && line.includes('handed.config.mjs')
}
