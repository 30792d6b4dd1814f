import { aurora } from './aurora.ts'
import { createClock, startCluster } from './cast.ts'
import { dsql } from './dsql.ts'
import { heading, note, step } from './stage.ts'

/** Tells the whole story and answers the exit code; whatever happens, nothing is left running. */
export async function tell(): Promise<number> {
  const started = performance.now()
  const clock = createClock()
  const stops: (() => Promise<void>)[] = []
  try {
    heading('Real PostgreSQL behind a door that verifies tokens')
    const [forAurora, forDsql] = await step('PostgreSQL and the emulator, for Aurora and for DSQL', () =>
      Promise.all([startCluster('rds', clock), startCluster('dsql', clock)]),
    )
    stops.push(forAurora.stop, forDsql.stop)
    await dsql(forDsql)
    await aurora(forAurora, clock)
    await step('cleaned up', () => stopAll(stops))
    heading(`Done in ${((performance.now() - started) / 1000).toFixed(0)} s. What to type next:`)
    note(
      'npm test                                        everything, proven\nnpx prisma-iam emulator --service rds           such a cluster for yourself\nREADME.md                                       how your own app and deploy step use it',
    )
    return 0
  } catch (error) {
    console.error(error)
    await stopAll(stops)
    return 1
  }
}

async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  await Promise.all(stops.splice(0).map((stop) => stop()))
}
