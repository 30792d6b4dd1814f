import { readFile } from 'node:fs/promises'
import { bindMigrationAwareSqlAdapterFactory, type ErrorRegistry } from '@prisma/driver-adapter-utils'
import { adapterFactory, type Databases } from './adapter.ts'
import type { Connections } from './connections.ts'
import { explain } from './fail.ts'
import { foresee } from './foresee.ts'
import { isOffline, offlineDatabases } from './offline.ts'
import { watchPanics } from './panic.ts'
import { callReplayed } from './replay.ts'
import type { Handle } from './rpc.ts'
import { createSchemaEngine, type Datamodel, type SchemaEngine } from './wasm.ts'

/** The one RPC method whose name differs in WebAssembly. */
const renamed: Record<string, string> = { getDatabaseVersion: 'version' }

/**
 * Answers Prisma's CLI. The engine is constructed with the first call, when it is known whether that needs a database.
 *
 * @param paths the schema files, as the CLI names them.
 */
export function handleCalls(paths: readonly string[], connections: Databases & Pick<Connections, 'server'>): Handle {
  const lastPanic = watchPanics()
  let loaded: Loaded | undefined
  let current = ''
  return async (method, params, print) => {
    current = method
    loaded ??= load(paths, isOffline(method, params) ? offlineDatabases() : connections, () => current)
    try {
      const engine = await loaded.engine
      const call = engine[renamed[method] ?? method]
      if (typeof call !== 'function') throw new Error(`The schema engine has no method ${JSON.stringify(method)}.`)
      if (method === 'applyMigrations') await foresee(params, await connections.main())
      const result = await callReplayed(engine, () => call.call(engine, params), params)
      return { result: method === 'diff' ? await printDiff(result as Diff, print) : result }
    } catch (thrown) {
      return { failure: explain(thrown, loaded.errors, connections.server(), lastPanic()) }
    }
  }
}

interface Loaded {
  engine: Promise<SchemaEngine>
  errors: ErrorRegistry
}

function load(paths: readonly string[], databases: Databases, method: () => string): Loaded {
  const factory = bindMigrationAwareSqlAdapterFactory(adapterFactory(databases, method))
  const read = async (path: string): Promise<Datamodel> => [path, await readFile(path, 'utf8')]
  const engine = Promise.all(paths.map(read)).then((datamodels) => createSchemaEngine(datamodels, factory))
  return { engine, errors: factory.errorRegistry }
}

interface Diff {
  exitCode: number
  stdout: string | null
}

/** Prisma's CLI prints what it is told to and ignores the text in the result. */
async function printDiff({ exitCode, stdout }: Diff, print: (content: string) => Promise<void>): Promise<Diff> {
  if (stdout !== null) await print(stdout)
  return { exitCode, stdout: null }
}
