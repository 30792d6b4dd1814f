import { untilAgreed } from './conflict.ts'
import type { Scene } from './scene.ts'

/** Runs `work` between `BEGIN` and `COMMIT`, all of it again when it loses against a concurrent transaction. */
export async function transaction<Result>(
  { session, edges }: Pick<Scene, 'session' | 'edges'>,
  work: () => Promise<Result>,
): Promise<Result> {
  return await untilAgreed(async () => {
    await session.script('BEGIN')
    try {
      const result = await work()
      await session.script('COMMIT')
      return result
    } catch (error) {
      // A connection that is gone has rolled back by itself.
      await session.script('ROLLBACK').catch(() => {})
      throw error
    }
  }, edges)
}
