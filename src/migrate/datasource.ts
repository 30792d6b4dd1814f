import { resolve } from '../config/resolve.ts'
import { engineBinary } from '../engine/binary.ts'
import { serveLogins, socketVariable } from '../engine/login.ts'
import { adminOf, displayUrl } from './admin.ts'
import { adminOptions, type IamConfig } from './iam-config.ts'

const ownSockets = new Set<string>()

/**
 * Makes plain `npx prisma …` passwordless: use it as `datasource` of `prisma.config.ts`.
 *
 * It hands the CLI our schema engine and a URL without a secret, and answers the engine's question for a login through
 * a Unix socket of this process. Nothing is resolved before the engine asks, so `prisma generate` needs no environment.
 */
export function iamDatasource(config: IamConfig): { url: string } {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY = engineBinary()
  const inherited = process.env[socketVariable]
  if (inherited === undefined || ownSockets.has(inherited)) {
    const { path } = serveLogins(async () => (await adminOf(config)).engineLogin())
    ownSockets.add(path)
    process.env[socketVariable] = path
  }
  return { url: urlOf(config) }
}

/** Prisma wants some URL even for commands that never connect; the engine tells what is missing when it is asked to. */
function urlOf(config: IamConfig): string {
  try {
    return displayUrl(resolve(adminOptions(config)))
  } catch {
    return 'postgresql://nobody@connection-not-configured.invalid:5432/none'
  }
}
