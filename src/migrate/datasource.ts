import { engineBinary } from '../engine/binary.ts'
import { serveLogins, socketVariable } from '../engine/login.ts'
import { adminOf, adminUrl } from './admin.ts'
import type { IamConfig } from './iam-config.ts'

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
  return { url: adminUrl(config) }
}
