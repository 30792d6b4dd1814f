import { createRequire } from 'node:module'

/** What jiti gives to a config file in place of modules. */
export type StandIns = Record<string, Record<string, unknown>>

/**
 * Stands in for `prisma/config` while this package runs the config file; Prisma's own CLI runs it again with its own.
 *
 * Of a config that is merely read, `defineConfig` only hands on its argument, and the real module takes as long to load as
 * the rest of a deploy that finds nothing to do. Whatever else a config file asks for comes from the real one.
 *
 * @param read where the environment comes from.
 */
export function prismaConfigModule(configFile: string, read: NodeJS.ProcessEnv = process.env): StandIns {
  const require = createRequire(configFile)
  try {
    require.resolve('prisma/config')
  } catch {
    // Then the import itself says what lacks.
    return {}
  }
  const real = (): Record<string, unknown> => require('prisma/config')
  const light: Record<string, unknown> = {
    __esModule: true,
    defineConfig: (config: unknown) => config,
    // An absent variable is told in Prisma's own words.
    env: (name: string) => read[name] || (real().env as (name: string) => string)(name),
  }
  // A promise asks whatever it is given for a `then`.
  const get = (own: Record<string, unknown>, name: string | symbol) =>
    name in own || name === 'then' ? Reflect.get(own, name) : Reflect.get(real(), name)
  const standIn = new Proxy(light, { get })
  return { 'prisma/config': standIn }
}
