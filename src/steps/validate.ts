import { PrismaIamError } from '../errors.ts'
import { untilAgreed } from './conflict.ts'
import { findJob, waitForJob } from './job.ts'
import type { Scene } from './scene.ts'
import { sendForJob } from './send.ts'
import type { ValidateStep } from './step.ts'
import { transaction } from './transaction.ts'

/**
 * Has a constraint validated by a job, and waits for it. A run that finds the step begun looks whether the constraint is
 * validated already, and waits for the job that is under way before it starts another.
 */
export async function runValidate(step: ValidateStep, number: number, scene: Scene): Promise<void> {
  const { journal, session, edges } = scene
  const entry = journal.entry(number)
  const done = () => transaction(scene, () => journal.put(number, { state: 'done' }))
  const started = (job?: string) =>
    transaction(scene, () => journal.put(number, { state: 'started', ...(job === undefined ? {} : { job }) }))
  const of = `the constraint ${step.constraint} of ${step.table.name}`
  if (entry?.state === 'started') {
    if (await isValidated(step, scene)) return await done()
    const running = entry.job ?? (await findJob('VALIDATE_CONSTRAINT', jobNames(step), scene))
    if (running !== undefined) await waitForJob(running, of, scene)
    if (running !== undefined && (await isValidated(step, scene))) return await done()
  } else {
    await started()
  }
  const job = await untilAgreed(() => sendForJob(session, step.sql), edges)
  if (job !== undefined) {
    await started(job)
    await waitForJob(job, of, scene)
  }
  if (!(await isValidated(step, scene))) {
    throw new PrismaIamError('PRISMA_IAM_STEPS_JOB', `${of} is not validated, though its job has ended`)
  }
  await done()
}

async function isValidated({ table, constraint }: ValidateStep, { session, edges }: Scene): Promise<boolean> {
  const { rows } = await untilAgreed(
    () =>
      session.query(
        `SELECT k.convalidated FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relname = $1 AND (n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))
            AND k.conname = $3`,
        [table.name, table.schema, constraint],
      ),
    edges,
  )
  return rows[0]?.[0] === 't'
}

/** What a job of this kind is listed under is not documented: the constraint or its table, with its schema or without. */
function jobNames({ table, constraint }: ValidateStep): readonly string[] {
  const schema = table.schema ?? 'public'
  return [constraint, table.name, `${schema}.${table.name}`, `${schema}.${constraint}`]
}
