import type pg from 'pg'
import { type Planned, planMigration } from '../../engine/plan-migration.ts'
import { problemsOf, refused } from '../../engine/refusals.ts'
import { openSession } from '../../engine/session.ts'
import { stepEdges } from '../../engine/step-edges.ts'
import { indexOfPlace } from '../../sql/locate.ts'
import { untilAgreed } from '../../steps/conflict.ts'
import type { Progress } from '../../steps/progress.ts'
import { assertBegunUnchanged } from '../../steps/unchanged.ts'
import type { Hook, SqlHook } from './hook.ts'
import { journalled } from './in-steps.ts'

/** What a look at the hooks needs. */
export interface HookForesight {
  client: pg.Client
  server: Planned
  report: (progress: Progress) => void
}

/**
 * Looks through the hooks that are due before the first of them runs: what the server is known to refuse, a transaction
 * without an end, a change in what has run already of one that runs once. What runs in another form is reported.
 *
 * @throws PRISMA_IAM_STEPS_REFUSED, PRISMA_IAM_STEPS_CHANGED, PRISMA_IAM_STEPS_UNENDED
 */
export async function foreseeHooks(due: readonly Hook[], { client, server, report }: HookForesight): Promise<void> {
  const session = openSession(client)
  const problems: string[] = []
  for (const hook of due) {
    if (hook.kind === 'function') continue
    const plan = await planMigration(hook.name, hook.script, server)
    if (plan === 'whole') continue
    const placed = <Found extends Placed>(found: Found): Found => ({ ...found, place: placeIn(hook, found) })
    problems.push(...problemsOf(hook.name, { refusals: plan.refusals.map(placed) }))
    for (const { place, message, instead } of plan.notices.map(placed))
      report({ kind: 'notice', migration: hook.name, place, message, instead })
    if (hook.rule !== 'once') continue
    const work = journalled(hook, plan.steps)
    await untilAgreed(() => assertBegunUnchanged(session, work, server), stepEdges({ report }))
  }
  if (problems.length > 0) throw refused(problems)
}

type Placed = { place: Parameters<typeof indexOfPlace>[1] }

/** In the file, where variables are not filled in. */
function placeIn({ script, placeOf }: SqlHook, { place }: Placed): Placed['place'] {
  return placeOf(indexOfPlace(script, place))
}
