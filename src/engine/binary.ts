import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The file that `PRISMA_SCHEMA_ENGINE_BINARY` names; found by the package's own name, since bundling moves modules. */
export function engineBinary(): string {
  const manifest = createRequire(import.meta.url).resolve('prisma-iam/package.json')
  return join(dirname(manifest), 'dist/engine/bin.mjs')
}
