import { parseArgs } from 'node:util'
import { PrismaIamError } from '../errors.ts'

/** The datasource as Prisma's CLI writes it: URLs that may lack their secret, or be absent altogether. */
export interface Datasource {
  url?: string
  shadowDatabaseUrl?: string
}

const databaseCommands = ['can-connect-to-database', 'create-database', 'drop-database'] as const

/** A verb of the engine's `cli` mode. */
export type DatabaseCommand = (typeof databaseCommands)[number]

/** What Prisma's CLI wants of this process. */
export type Job =
  | { kind: 'version' }
  | { kind: 'serve'; datamodels: readonly string[]; datasource: Datasource }
  | { kind: 'database'; command: DatabaseCommand; datasource: Datasource }

/**
 * Reads the argv that Prisma 7 gives its schema engine.
 *
 * @param argv without the executable and the script.
 * @throws PrismaIamError `PRISMA_IAM_ENGINE_UNSUPPORTED`, without repeating the argv: it may hold a password.
 */
export function readArgv(argv: readonly string[]): Job {
  const { values, positionals } = parse(argv)
  if (values.version) return { kind: 'version' }
  const datasource = readDatasource(values.datasource)
  if (positionals.length === 0) return { kind: 'serve', datamodels: values.datamodels ?? [], datasource }
  const command = databaseCommands.find((name) => positionals[0] === 'cli' && positionals[1] === name)
  if (command === undefined) {
    throw unsupported(`The schema engine knows no command ${JSON.stringify(positionals.slice(0, 2).join(' '))}.`)
  }
  return { kind: 'database', command, datasource }
}

/** Prisma's WebAssembly engine takes neither preview features nor extension types, so those flags are only accepted. */
function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        datamodels: { type: 'string', multiple: true, short: 'd' },
        datasource: { type: 'string' },
        'enabled-preview-features': { type: 'string' },
        'extension-types': { type: 'string' },
        version: { type: 'boolean', short: 'V' },
      },
    })
  } catch {
    throw unsupported('The schema engine was started with arguments that Prisma 7 does not use.')
  }
}

function readDatasource(json: string | undefined): Datasource {
  if (json === undefined) return {}
  const given = parseObject(json)
  const datasource: Datasource = {}
  for (const key of ['url', 'shadowDatabaseUrl'] as const) {
    const url = given[key]
    if (typeof url === 'string' && url !== '') datasource[key] = url
  }
  return datasource
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {}
  throw unsupported('The --datasource of the schema engine is not a JSON object.')
}

function unsupported(message: string): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_ENGINE_UNSUPPORTED', message, {
    hint: 'This executable is started by the Prisma CLI, version 7, through PRISMA_SCHEMA_ENGINE_BINARY.',
  })
}
