#!/usr/bin/env node
import { readArgv } from './argv.ts'
import { underDeployLock } from './changing.ts'
import { createConnections } from './connections.ts'
import { runDatabaseCommand } from './database-command.ts'
import { describe } from './fail.ts'
import { serveRpc } from './rpc.ts'
import { handleCalls } from './serve.ts'
import { engineVersion } from './wasm.ts'

/** Prisma's CLI wants nothing but JSON on stderr, and drops the first line. */
function log(level: 'INFO' | 'ERROR', fields: Record<string, unknown>): void {
  const line = { timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' }
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

async function main(): Promise<number> {
  const job = readArgv(process.argv.slice(2))
  if (job.kind === 'version') {
    process.stdout.write(`schema-engine-cli ${await engineVersion()}\n`)
    return 0
  }
  let abandon: () => void = () => {}
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve
  })
  const onGone = () => process.exit(1)
  const connections = createConnections(job.datasource, { env: process.env, abandoned, onGone })
  // A lease would bar the next deploy until it has run out.
  stop = () => (connections.outlives() ? abandon() : process.exit(0))
  try {
    if (job.kind === 'serve') {
      const handle = underDeployLock(handleCalls(job.datamodels, connections), connections)
      await serveRpc(process.stdin, process.stdout, handle, abandon)
      return 0
    }
    log('INFO', { message: `Starting schema engine: ${job.command}` })
    log('INFO', { message: await runDatabaseCommand(job.command, connections) })
    return 0
  } catch (error) {
    const failure = describe(error, connections.server())
    const code = 'code' in failure ? { error_code: failure.code } : {}
    log('ERROR', { is_panic: false, message: failure.message, ...code })
    return 1
  } finally {
    await connections.end()
  }
}

process.removeAllListeners('warning')
// The CLI sends SIGTERM right after it closes stdin: the answer has been given, so this is an ordinary end.
let stop = (): void => process.exit(0)
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop())
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    log('INFO', { message: 'Starting schema engine' })
    log('ERROR', { is_panic: false, message: describe(error).message })
    process.exit(1)
  },
)
