import { PrismaIamError } from '../errors.ts'
import { untilAgreed } from './conflict.ts'
import type { Scene } from './scene.ts'

/** How a job is looked after: the pause between two looks doubles up to `maxMs`; in milliseconds. */
const looks = { firstMs: 100, maxMs: 2000 }

/** How often a wait is told. */
const toldEveryMs = 10_000

/**
 * Waits until a job of Aurora DSQL has ended, well or badly. The names of its states in progress are not documented, so
 * everything but an end counts as running; a job that is not listed any more has ended (rows of `sys.jobs` are pruned).
 *
 * Looking, and not `sys.wait_for_job`, keeps the session free, so that a deploy that is ended stops between two looks.
 *
 * @param of what the job works on, for the report.
 * @throws PRISMA_IAM_STEPS_JOB with the job's own words.
 */
export async function waitForJob(job: string, of: string, { session, edges }: Scene): Promise<void> {
  const started = edges.clock()
  let told = Number.NEGATIVE_INFINITY
  for (let pauseMs = looks.firstMs; ; pauseMs = Math.min(looks.maxMs, pauseMs * 2)) {
    const { rows } = await untilAgreed(
      () => session.query('SELECT status, details FROM sys.jobs WHERE job_id = $1', [job]),
      edges,
    )
    const [status, details] = rows[0] ?? ['completed', null]
    if (status === 'completed') return
    if (hasFailed(status)) throw failed(job, of, details)
    const elapsedMs = edges.clock() - started
    if (elapsedMs - told >= toldEveryMs) {
      told = elapsedMs
      edges.report({ kind: 'waiting', job, of, status: status ?? '', elapsedMs })
    }
    await edges.sleep(pauseMs)
  }
}

/**
 * A job that is under way on an object, for a run that ended before it wrote down the job's id. Under which of its names
 * a job lists its object is not documented for every kind.
 */
export async function findJob(
  type: 'INDEX_BUILD' | 'VALIDATE_CONSTRAINT',
  { names, oids }: { names: readonly string[]; oids: readonly string[] },
  { session, edges }: Scene,
): Promise<string | undefined> {
  const { rows } = await untilAgreed(
    () => session.query('SELECT job_id, status, object_name, object_id FROM sys.jobs WHERE job_type = $1', [type]),
    edges,
  )
  const job = rows.find(
    ([, status, name, oid]) => !isEnded(status) && (names.includes(name ?? '') || oids.includes(oid ?? '')),
  )
  return job?.[0] ?? undefined
}

function isEnded(status: string | null | undefined): boolean {
  return status === 'completed' || hasFailed(status)
}

function hasFailed(status: string | null | undefined): boolean {
  return /^(failed|cancel)/.test(status ?? '')
}

function failed(job: string, of: string, details: string | null | undefined): PrismaIamError {
  return new PrismaIamError('PRISMA_IAM_STEPS_JOB', `the job ${job} for ${of} failed: ${details ?? 'no details given'}`)
}
