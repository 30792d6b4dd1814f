import type { DeployPlan } from '../../migrate/plan.ts'
import type { Print } from '../print.ts'
import { printable } from './roles-statement.ts'

/** Prints what a deploy would do, in its order; the statements can be copied into a shell. */
export function printPlan(plan: DeployPlan, print: Print): void {
  const { host, database, createsDatabase, beforeHooks, migrations, afterHooks, roles, notices } = plan
  for (const notice of notices) print.story(notice)
  const lines = [
    ...(createsDatabase ? [`database ${database}`] : []),
    ...beforeHooks.map(({ name, rule }) => `before hook ${name} (${rule})`),
    ...migrations.map((name) => `migration ${name}`),
    ...afterHooks.map(({ name, rule }) => `after hook ${name} (${rule})`),
    ...roles.map(({ summary, sql }) => `-- ${summary}\n${printable(sql)}`),
  ]
  if (lines.length === 0) print.result(`nothing to do: ${database} at ${host} is up to date`)
  for (const line of lines) print.result(line)
}
