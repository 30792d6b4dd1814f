import { PrismaIamError } from '../errors.ts'
import { identifier } from '../sql/quote.ts'
import { untilAgreed } from './conflict.ts'
import { isRefusal } from './failure.ts'
import { findJob, waitForJob } from './job.ts'
import type { Scene } from './scene.ts'
import { send, sendForJob } from './send.ts'
import type { IndexStep } from './step.ts'
import { indexesOf, type TableIndex } from './table-indexes.ts'
import { transaction } from './transaction.ts'

/**
 * Builds an index outside of any transaction, and makes sure that it is valid in the end.
 *
 * The names of the table's indexes are written down first, so that a later run knows which one is this step's: valid, it
 * is done; invalid, its job is waited for where one is under way, else it is dropped and built again. An index that
 * could not be built is dropped as well: `IF NOT EXISTS` would take it for a good one.
 */
export async function buildIndex(step: IndexStep, number: number, scene: Scene): Promise<void> {
  const { journal } = scene
  const entry = journal.entry(number)
  const known: readonly string[] | undefined = entry?.before === undefined ? undefined : JSON.parse(entry.before)
  const before = known ?? (await look(step, scene)).map(({ name }) => name)
  const write = (note: { state: 'started' | 'done'; job?: string }) =>
    transaction(scene, () => journal.put(number, { before: JSON.stringify(before), ...note }))
  if (known !== undefined) {
    if (await wasBuilt(step, before, entry?.job, scene)) return await write({ state: 'done' })
  } else {
    await write({ state: 'started' })
  }
  await cleaningUp(step, before, scene, async () => {
    const job = await untilAgreed(() => start(step, before, scene), scene.edges)
    if (job !== undefined) {
      await write({ state: 'started', job })
      await waitForJob(job, nameOf(step), scene)
    }
    await assertValid(step, before, scene)
  })
  await write({ state: 'done' })
}

/** The index of this step as an earlier run left it; what is of no use is dropped. */
async function wasBuilt(
  step: IndexStep,
  before: readonly string[],
  job: string | undefined,
  scene: Scene,
): Promise<boolean> {
  const [index] = await own(step, before, scene)
  if (index === undefined || index.valid) return index !== undefined
  const running = job ?? (step.job ? await findJob('INDEX_BUILD', listedAs(index), scene) : undefined)
  if (running !== undefined) {
    await cleaningUp(step, before, scene, () => waitForJob(running, nameOf(step), scene))
    const [after] = await own(step, before, scene)
    if (after?.valid === true) return true
  }
  await dropInvalid(step, before, scene)
  return false
}

function listedAs({ oid, schema, name }: TableIndex): { names: string[]; oids: string[] } {
  return { names: [name, `${schema}.${name}`], oids: [oid] }
}

async function start(step: IndexStep, before: readonly string[], scene: Scene): Promise<string | undefined> {
  if (step.job) return await sendForJob(scene.session, step.sql)
  try {
    await send(scene.session, step.sql)
  } catch (error) {
    // A deadlock, which is worth another try, leaves an index that is not valid.
    if (isRefusal(error)) await dropInvalid(step, before, scene)
    throw error
  }
  return undefined
}

async function cleaningUp(
  step: IndexStep,
  before: readonly string[],
  scene: Scene,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (isRefusal(error)) await dropInvalid(step, before, scene).catch(() => {})
    throw error
  }
}

async function assertValid(step: IndexStep, before: readonly string[], scene: Scene): Promise<void> {
  // `IF NOT EXISTS` over an index that was there before.
  const found =
    (await own(step, before, scene))[0] ?? (await look(step, scene)).find(({ name }) => name === step.index?.name)
  if (found?.valid === true) return
  // The server has said that all is well: `IF NOT EXISTS` met another relation of that name, or the table is temporary.
  if (found === undefined && !step.job) return
  const fact = found === undefined ? 'is not there' : 'is not valid'
  throw new PrismaIamError('PRISMA_IAM_STEPS_JOB', `${nameOf(step)} ${fact} after it was built`, {
    hint: 'an index of that name that an earlier attempt left is dropped by hand: `DROP INDEX`',
  })
}

async function dropInvalid(step: IndexStep, before: readonly string[], scene: Scene): Promise<void> {
  for (const { schema, name, valid } of await own(step, before, scene)) {
    if (valid) continue
    const mode = step.job ? '' : 'CONCURRENTLY '
    await untilAgreed(
      () => scene.session.script(`DROP INDEX ${mode}${identifier(schema)}.${identifier(name)}`),
      scene.edges,
    )
    scene.edges.report({ kind: 'dropped', index: name })
  }
}

/** The indexes that this step has made. */
async function own(step: IndexStep, before: readonly string[], scene: Scene): Promise<TableIndex[]> {
  const indexes = await look(step, scene)
  return indexes.filter(({ name }) => !before.includes(name) && (step.index === undefined || step.index.name === name))
}

function look({ table }: IndexStep, { session, edges }: Scene): Promise<TableIndex[]> {
  return untilAgreed(() => indexesOf(table, session), edges)
}

function nameOf({ index, table }: IndexStep): string {
  return index === undefined ? `the index on ${table.name}` : `the index ${index.name}`
}
