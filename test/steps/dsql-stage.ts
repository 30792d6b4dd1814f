import type pg from 'pg'
import { open } from '../../src/connect/open.ts'
import { planDsql } from '../../src/dsql/plan.ts'
import type { EmulatorOptions, ExecutedStatement } from '../../src/emulator/index.ts'
import { openSession } from '../../src/engine/session.ts'
import { logIn } from '../../src/migrate/dedicated.ts'
import { runSteps } from '../../src/steps/run.ts'
import type { StepEdges } from '../../src/steps/scene.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'
import { mortal } from './mortal.ts'

/** An emulated DSQL cluster on which migrations run in steps, each scene in a schema of its own. */
export interface DsqlStage {
  emulator: TestEmulator
  client: pg.Client
  /** Makes an empty schema the current one. */
  clear(): Promise<void>
  /** The name of the current schema. */
  schema(): string
  /** Schema changes that took effect since the last `clear`, by the emulator's own log, without the journal's table. */
  changes(): string[]
  /**
   * One deploy of a file, by a session that dies before the statement which `dies` picks.
   *
   * @returns the number of messages that were sent.
   */
  run(script: string, dies?: (sql: string) => boolean): Promise<number>
  stop(): Promise<void>
}

/** Waits hardly at all between two tries, and tries for long. */
export const edges: StepEdges = {
  clock: () => 0,
  random: () => 0,
  sleep: () => new Promise((resolve) => setTimeout(resolve, 5)),
  report: () => {},
  conflictBudgetMs: 60_000,
}

/** Starts the emulator; about a second. */
export async function dsqlStage(edges: StepEdges, options: Partial<EmulatorOptions> = {}): Promise<DsqlStage> {
  const log: ExecutedStatement[] = []
  const emulator = await testEmulator({ ...options, service: 'dsql', onStatement: (statement) => log.push(statement) })
  const opening = await open({ ...emulator.options, user: 'admin' })
  const client = await logIn(opening, { database: 'postgres', applicationName: 'steps', budgetMs: 0 })
  const session = openSession(client)
  let scene = 0
  return {
    emulator,
    client,
    async clear() {
      await client.query('ROLLBACK')
      if (scene > 0) await client.query(`DROP SCHEMA scene_${scene} CASCADE`)
      scene++
      await client.query(`CREATE SCHEMA scene_${scene}`)
      await client.query(`SET search_path = scene_${scene}`)
      log.splice(0)
    },
    schema: () => `scene_${scene}`,
    changes: () =>
      log
        .filter(
          ({ text, outcome }) =>
            /^(CREATE|ALTER|DROP) (?!.*_prisma_iam_)/.test(text) && Object.hasOwn(outcome as object, 'tag'),
        )
        .map(({ text }) => text)
        .sort(),
    async run(script, dies = () => false) {
      const { steps, refusals } = await planDsql(script)
      if (refusals.length > 0) throw new Error(refusals.map(({ message }) => message).join())
      const { session: mine, sent } = mortal(session, dies)
      try {
        await runSteps(mine, { migration: 'm', steps }, { transactionalDdl: false }, edges)
      } finally {
        await client.query('ROLLBACK')
      }
      return sent.length
    },
    async stop() {
      await client.end()
      await emulator.stop()
    },
  }
}
