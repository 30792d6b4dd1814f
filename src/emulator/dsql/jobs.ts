import type { Query } from './catalog.ts'

/** How the asynchronous jobs of a DSQL cluster go: index builds and validations of constraints. */
export interface Jobs {
  /** Lets the jobs that are submitted from now on take so long; 0, the default, is no time at all. */
  take(durationMs: number): Promise<void>
  /** Ends the jobs that are under way. */
  finish(): Promise<void>
  /** Lets the next `count` jobs fail with these details; an index is left behind invalid. */
  failNext(count?: number, details?: string): Promise<void>
}

/** Jobs, and what ends the looking after them. */
export interface RunningJobs extends Jobs {
  close(): void
}

/** Looks after the jobs of a cluster whose catalog is prepared; those of an earlier run go on. */
export async function runJobs(query: Query, durationMs: number): Promise<RunningJobs> {
  let timer: NodeJS.Timeout | undefined
  let asking = false
  const look = async () => {
    if (asking) return
    asking = true
    // A server that restarts, or a table that is being dropped: the next look will do.
    await query('SELECT sys.finish_jobs()').catch(() => {})
    asking = false
  }
  const begin = () => {
    timer ??= setInterval(look, tickMs).unref()
  }
  const take = async (ms: number) => {
    await query(`UPDATE sys.job_plan SET duration = make_interval(secs => $1)`, [ms / 1000])
    if (ms > 0) begin()
  }
  await take(durationMs)
  const [row] = await query('SELECT sys.finish_jobs() AS open')
  if (Number(row?.open) > 0) begin()
  return {
    take,
    async failNext(count = 1, details = 'the job was made to fail') {
      await query('UPDATE sys.job_plan SET failures = $1, details = $2', [count, details])
    },
    async finish() {
      await query(`UPDATE sys.job SET due = clock_timestamp() WHERE status = 'submitted'`)
      await query('SELECT sys.finish_jobs()')
    },
    close: () => clearInterval(timer),
  }
}

const tickMs = 20
