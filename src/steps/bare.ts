import { untilAgreed } from './conflict.ts'
import { sqlState } from './failure.ts'
import type { Scene } from './scene.ts'
import { send } from './send.ts'
import type { BareStep } from './step.ts'
import { transaction } from './transaction.ts'

/**
 * Runs a statement that may not share a transaction.
 *
 * Whether it can is the server's to say, before it does anything: many forms of such statements can, and are then as safe
 * as any. One that cannot is written down as begun and runs by itself; a later run repeats it, and takes it for done when
 * the server says that what it makes is there already, or that what it drops is gone.
 */
export async function runBare(step: BareStep, number: number, scene: Scene): Promise<void> {
  const { journal, session, edges, server } = scene
  const done = () => journal.put(number, { state: 'done' })
  const resumed = journal.entry(number)?.state === 'started'
  if (server.transactionalDdl && !resumed) {
    const shared = await transaction(scene, async () => {
      await send(session, step.sql)
      await done()
    }).then(
      () => true,
      (error) => {
        if (!belongsAlone.has(sqlState(error))) throw error
        return false
      },
    )
    if (shared) return
  }
  await transaction(scene, () => journal.put(number, { state: 'started' }))
  try {
    await untilAgreed(() => send(session, step.sql), edges)
  } catch (error) {
    if (!resumed || !isDoneBefore(step.sql, sqlState(error))) throw error
  }
  await transaction(scene, done)
}

/** `cannot run inside a transaction block`, and a procedure's own COMMIT inside one. */
const belongsAlone: ReadonlySet<unknown> = new Set(['25001', '2D000'])

function isDoneBefore(sql: string, code: string | undefined): boolean {
  if (/^\s*create\b/i.test(sql)) return ['42710', '42P04', '42P07'].includes(code ?? '')
  if (/^\s*drop\b/i.test(sql)) return ['42704', '42P01', '3D000'].includes(code ?? '')
  return false
}
