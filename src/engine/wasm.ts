import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ErrorCapturingSqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'

/** A method of Prisma's schema engine: one JSON object in, one out. */
type Method = (params: unknown) => Promise<unknown>

/** Prisma's schema engine, its methods by their RPC names. */
export type SchemaEngine = Record<string, Method | undefined>

/** One schema file: its path and its text. */
export type Datamodel = [path: string, content: string]

/** Node's own; its types come with the DOM library only. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

interface Glue {
  __wbg_set_wasm(exports: object): void
  version(): string
  SchemaEngine: {
    new: (
      options: { datamodels: Datamodel[] | undefined },
      log: (line: string) => void,
      factory: ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
    ) => Promise<SchemaEngine>
  }
}

/** Compiles Prisma's own schema engine, 5.4 MB of WebAssembly (about 20 ms), and constructs it. */
export async function createSchemaEngine(
  datamodels: readonly Datamodel[],
  factory: ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
): Promise<SchemaEngine> {
  const glue = await loadGlue()
  // `diff` and `db execute` bring no schema files; an empty list would be taken for an empty schema.
  const options = { datamodels: datamodels.length === 0 ? undefined : [...datamodels] }
  return await glue.SchemaEngine.new(options, () => {}, factory)
}

/** The commit of prisma-engines that the engine was built from. */
export async function engineVersion(): Promise<string> {
  const glue = await loadGlue()
  return glue.version()
}

/**
 * The package's entry imports its `.wasm` file as a module, which Node 20 does not do, so the two are joined here.
 */
function loadGlue(): Promise<Glue> {
  loaded ??= joinGlue()
  return loaded
}

/** The glue keeps its one instance in a variable of its module, so there can be one per process. */
let loaded: Promise<Glue> | undefined

async function joinGlue(): Promise<Glue> {
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const glue: Glue = await import(pathToFileURL(gluePath).href)
  const bytes = await readFile(join(dirname(gluePath), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
  return glue
}
