import { untilAgreed } from './conflict.ts'
import { fingerprint } from './fingerprint.ts'
import { notNullChecks } from './not-null-checks.ts'
import type { Scene } from './scene.ts'
import { send } from './send.ts'
import type { SchemaStep } from './step.ts'
import { transaction } from './transaction.ts'

/**
 * Changes the schema: in one transaction with the journal where the server can.
 *
 * Aurora DSQL refuses rows and schema in one transaction. There the state of what the step touches is written down
 * first; a run that finds the step begun looks whether that state has changed. If not, the step is run: it took no
 * effect, or it is one that changes nothing when it is repeated.
 */
export async function runSchema(step: SchemaStep, number: number, scene: Scene): Promise<void> {
  const { journal, server, edges } = scene
  const done = () => journal.put(number, { state: 'done' })
  if (server.transactionalDdl) {
    return await transaction(scene, async () => {
      await sendAll(step, scene)
      await done()
    })
  }
  if (step.adds !== undefined && (await notNullChecks(step.adds, scene)).includes(step.adds.check)) {
    return await transaction(scene, done)
  }
  const before = await untilAgreed(() => fingerprint(step.touches, scene.session), edges)
  const entry = journal.entry(number)
  if (entry?.state === 'started' && entry.before !== before) return await transaction(scene, done)
  await transaction(scene, () => journal.put(number, { state: 'started', before }))
  await (step.statements.length === 1
    ? untilAgreed(() => sendAll(step, scene), edges)
    : transaction(scene, () => sendAll(step, scene)))
  await transaction(scene, done)
}

async function sendAll({ statements }: SchemaStep, { session }: Scene): Promise<void> {
  for (const statement of statements) await send(session, statement)
}
