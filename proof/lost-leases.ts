import { open } from '../src/connect/open.ts'
import { planDsql } from '../src/dsql/plan.ts'
import { askOf } from '../src/engine/deploy-lock.ts'
import { checked, openSession, type Session } from '../src/engine/session.ts'
import { leaseLock } from '../src/lock/lease.ts'
import { type Line, steadyLine } from '../src/lock/line.ts'
import { logIn } from '../src/migrate/dedicated.ts'
import { untilAgreed } from '../src/steps/conflict.ts'
import { runSteps } from '../src/steps/run.ts'
import { type DsqlStage, dsqlStage, edges } from '../test/steps/dsql-stage.ts'
import { nth } from '../test/steps/mortal.ts'

/** How deploys ended that lost their lease. */
export interface LostLeases {
  /** Places at which a deploy was frozen past the end of its lease. */
  points: number
  /** What was otherwise than it should be. */
  wrong: readonly string[]
}

/** Every kind of step that DSQL has. */
const file = [
  'CREATE TABLE a (id bigint PRIMARY KEY, n int NOT NULL);',
  'INSERT INTO a SELECT i, i FROM generate_series(1, 2) i;',
  'UPDATE a SET n = n + 1;',
  'CREATE UNIQUE INDEX a_n ON a (n);',
  'ALTER TABLE a ADD CONSTRAINT positive CHECK (n > 0);',
].join('\n')

/** Between two of these the server does not change; and the first look at a job. */
const points = /^(?!SELECT|WITH|BEGIN)|sys\.jobs WHERE job_id/i

/**
 * Freezes a deploy before each of its changes of the database until its lease has run out, lets another deploy do the rest,
 * and thaws it: it must send nothing more, and the outcome must be that of an undisturbed deploy.
 *
 * @param every only each so many-th of the places.
 */
export async function loseLeases(every = 1): Promise<LostLeases> {
  const stage = await dsqlStage(edges)
  const wrong: string[] = []
  try {
    await stage.clear()
    const alone = await deploy(stage, 'alone')
    await alone.ended
    const count = alone.sent.filter((sql) => points.test(sql.trim())).length
    const expected = await outcome(stage)
    let tried = 0
    for (let point = 1; point <= count; point += every) {
      await stage.clear()
      const first = await deploy(stage, 'first', nth(point, points))
      await first.frozen
      const before = first.sent.length
      await stage.emulator.asSuperuser("UPDATE _prisma_iam_lease SET expires_at = now() - interval '1 second'")
      const second = await (await deploy(stage, 'second')).ended
      first.thaw()
      const lost = await first.ended
      const found = await outcome(stage)
      tried++
      const say = (words: string) => wrong.push(`frozen before change ${point}: ${words}`)
      if (second !== 'ended well') say(`its successor ${second}`)
      if (lost !== 'PRISMA_IAM_MIGRATE_LOCK_LOST') say(`it ${lost}`)
      if (first.sent.length > before) say(`it sent ${first.sent.slice(before).join('; ')}`)
      if (found !== expected) say(`${found} instead of ${expected}`)
    }
    return { points: tried, wrong }
  } finally {
    await stage.stop()
  }
}

/** A deploy of the file under a lease, whose process freezes before the message that is picked. */
interface Deploy {
  frozen: Promise<void>
  thaw(): void
  /** The code of its failure, or how it ended else. */
  ended: Promise<string>
  sent: readonly string[]
}

async function deploy(
  stage: DsqlStage,
  name: string,
  freezes: (sql: string) => boolean = () => false,
): Promise<Deploy> {
  const line = steadyLine(async (): Promise<Line> => {
    const session = await connect(stage)
    return { ask: askOf(session), end: () => session.end() }
  })
  // Only the superuser ends this lease: a frozen process renews nothing.
  const lock = leaseLock(line, { name, leaseMs: 3_600_000 })
  const inTheWay = await lock.attempt()
  if (inTheWay !== undefined) throw new Error(`${name} does not get the lease: ${inTheWay}`)
  const session = await connect(stage)
  await session.script(`SET search_path = ${stage.schema()}`)
  const sent: string[] = []
  const [frozen, thawed] = [latch(), latch()]
  const heard = checked(session, async (sql) => void sent.push(sql))
  const work = checked(
    checked(heard, () => lock.check()),
    async (sql) => {
      if (!freezes(sql)) return
      frozen.open()
      await thawed.opened
    },
  )
  const { steps } = await planDsql(file)
  const ended = runSteps(work, { migration: 'm', steps }, { transactionalDdl: false }, edges)
    .then(
      () => 'ended well',
      (error: Error) => codeOf(error.cause) ?? codeOf(error) ?? String(error),
    )
    .finally(async () => {
      await lock.release()
      await session.end()
    })
  return { frozen: frozen.opened, thaw: thawed.open, ended, sent }
}

async function connect({ emulator }: DsqlStage): Promise<Session> {
  const opening = await open({ ...emulator.options, user: 'admin' })
  return openSession(await logIn(opening, { database: 'postgres', applicationName: 'steps', budgetMs: 0 }))
}

function latch(): { open: () => void; opened: Promise<void> } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code
}

/** Rows, indexes, constraints, what is undone, and every schema change by the emulator's own log. */
async function outcome({ client, changes }: DsqlStage): Promise<string> {
  const queries = [
    'SELECT * FROM a ORDER BY 1',
    "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = 'a'::regclass ORDER BY 1",
    "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'a'::regclass ORDER BY 1",
    "SELECT step, state FROM _prisma_iam_steps WHERE state <> 'done'",
  ]
  const read: unknown[] = []
  for (const sql of queries) read.push((await untilAgreed(() => client.query(sql), edges)).rows)
  return JSON.stringify([read, changes()])
}
