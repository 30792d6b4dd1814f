import type { SchemaEngine } from './wasm.ts'

/** What the calls of `migrate dev` have in common. */
interface WithMigrations {
  migrationsList: unknown
  filters: unknown
}

/**
 * Calls a method; when it needs the schema that the migrations make and does not have it, has them replayed and calls again.
 *
 * The WebAssembly engine replays migrations into a shadow database in `devDiagnostic` alone and remembers the outcome by
 * the list of migrations; `evaluateDataLoss` and `createMigration` only look it up (7.10.0-7, tried 2026-11-21). So they
 * fail in a `migrate dev` that has applied a migration since, or that somebody else wrote.
 */
export async function callReplayed(
  engine: SchemaEngine,
  call: () => Promise<unknown>,
  params: unknown,
): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof Error && notReplayed.test(error.message))) throw error
    const { migrationsList, filters } = params as WithMigrations
    await engine.devDiagnostic?.({ migrationsList, filters })
    return await call()
  }
}

const notReplayed = /shadow DB must be provided through an external factory/
