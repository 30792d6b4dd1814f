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
    const found = await look(step, scene)
    if (found?.validated) return await done()
    const running = entry.job ?? (found && (await findJob('VALIDATE_CONSTRAINT', listedAs(step, found), scene)))
    if (running !== undefined) await waitForJob(running, of, scene)
    if (running !== undefined && (await look(step, scene))?.validated) return await done()
  } else {
    await started()
  }
  const job = await untilAgreed(() => sendForJob(session, step.sql), edges)
  if (job !== undefined) {
    await started(job)
    await waitForJob(job, of, scene)
  }
  if ((await look(step, scene))?.validated !== true) {
    throw new PrismaIamError('PRISMA_IAM_STEPS_JOB', `${of} is not validated, though its job has ended`)
  }
  await done()
}

interface Constraint {
  oid: string
  tableOid: string
  validated: boolean
}

async function look({ table, constraint }: ValidateStep, { session, edges }: Scene): Promise<Constraint | undefined> {
  const { rows } = await untilAgreed(
    () =>
      session.query(
        `SELECT k.oid, c.oid, k.convalidated FROM pg_catalog.pg_constraint k
           JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relname = $1 AND (n.nspname = $2 OR $2 IS NULL AND n.nspname = ANY (current_schemas(false)))
            AND k.conname = $3`,
        [table.name, table.schema, constraint],
      ),
    edges,
  )
  return rows.map(([oid, tableOid, valid]) => ({
    oid: oid ?? '',
    tableOid: tableOid ?? '',
    validated: valid === 't',
  }))[0]
}

/** The constraint or its table, with its schema or without. */
function listedAs(
  { table, constraint }: ValidateStep,
  { oid, tableOid }: Constraint,
): { names: string[]; oids: string[] } {
  const schema = table.schema ?? 'public'
  return {
    names: [constraint, table.name, `${schema}.${table.name}`, `${schema}.${constraint}`],
    oids: [oid, tableOid],
  }
}
