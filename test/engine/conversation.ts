import { createConnections } from '../../src/engine/connections.ts'
import type { RpcFailure } from '../../src/engine/rpc.ts'
import { handleCalls } from '../../src/engine/serve.ts'
import { migrations } from './in-process.ts'

/** The real engine in this process with real connections, asked one method after the other, as one run of Prisma's CLI does. */
export interface Conversation {
  /** Throws the engine's failure as the CLI would get it. */
  ask<Result = unknown>(method: string, params: object): Promise<Result>
  end(): Promise<void>
}

/** @param paths the schema files that the CLI names when it starts the engine. */
export function converse(datasource: { url: string; shadowDatabaseUrl?: string }, paths: string[] = []): Conversation {
  const connections = createConnections(datasource, { env: {}, onGone: () => {} })
  const handle = handleCalls(paths, connections)
  return {
    async ask<Result>(method: string, params: object) {
      const outcome = await handle(method, params, async () => {})
      if ('failure' in outcome) throw new EngineFailure(outcome.failure)
      return outcome.result as Result
    },
    end: () => connections.end(),
  }
}

/** A failure as it goes to the CLI. */
export class EngineFailure extends Error {
  readonly code: string | undefined
  constructor({ message, error_code }: RpcFailure) {
    super(message)
    this.code = error_code
  }
}

/** The parameters of `evaluateDataLoss` and `createMigration`, which have those of `devDiagnostic` in them. */
export function towards(models: string, files: Record<string, string>): object {
  const content = models.includes('datasource') ? models : `datasource db {\n  provider = "postgresql"\n}\n${models}`
  const schema = { files: [{ path: 'schema.prisma', content }] }
  return { ...migrations(files), draft: false, migrationName: 'next', schema }
}
