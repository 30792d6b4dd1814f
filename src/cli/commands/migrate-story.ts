import { retryInWords } from '../../connect/retrying.ts'
import type { DeployResult, DeployStep } from '../../migrate/steps.ts'
import { inWords, type Progress } from '../../steps/progress.ts'
import type { Print } from '../print.ts'

/** Tells one step of a deploy as it happens. */
export function tell(step: DeployStep, print: Print): void {
  switch (step.kind) {
    case 'created':
      print.done(`database ${step.database} created`)
      break
    case 'waiting':
      print.story(`waiting for another deploy: ${step.holder}`)
      print.live('waiting for the lock')
      break
    case 'retrying':
      print.story(retryInWords(step))
      print.live('waiting for the server')
      break
    case 'fileless':
      print.story(`applied once, but there is no such file any more: ${step.migrations.join(', ')}`)
      break
    case 'empty':
      print.story(`there is no migration in ${step.directory}`)
      break
    case 'running':
      print.live(`hook ${step.hook}`)
      break
    case 'hook':
      print.done(`hook ${step.file}${took(step)}`)
      break
    case 'step':
      tellProgress(step.progress, print)
      break
    case 'prisma':
      if (step.line.trim() !== '') print.story(`  ${step.line}`)
      break
    case 'migrations':
      print.done(
        `${step.applied.length === 0 ? 'no migration' : count(step.applied, 'migration')} applied${took(step)}`,
      )
      break
    case 'roles':
      for (const notice of step.notices) print.story(`  ${notice}`)
      for (const { summary: words } of step.statements) print.story(`  ${words}`)
      print.done(`${count(step.statements, 'change')} of roles${took(step)}`)
      break
    case 'settling':
      print.story(
        `AWS may refuse ${step.roles.join(', ')} for tens of seconds yet; waiting for ${seconds(step.waitMs)} at most`,
      )
      print.live('waiting for AWS')
      break
    case 'settled':
      tellSettled(step, print)
      break
  }
}

function tellProgress(progress: Progress, print: Print): void {
  if (progress.kind === 'begun') print.live(`migration ${progress.migration}`)
  else if (progress.kind === 'applied') print.done(`migration ${progress.migration}${took(progress)}`)
  else tellSteps(progress, print)
}

/** Tells how a migration that runs in steps gets on, as far as that takes words. */
export function tellSteps(progress: Progress, print: Print): void {
  const words = inWords(progress)
  if (words !== undefined) print.story(`  ${words}`)
}

function tellSettled({ roles, unproven, ms }: Extract<DeployStep, { kind: 'settled' }>, print: Print): void {
  const seen = roles.filter((role) => !unproven.includes(role))
  if (seen.length > 0) print.done(`AWS lets in ${seen.join(', ')}${took({ ms })}`)
  if (unproven.length === 0) return
  print.story(`whether AWS lets in ${unproven.join(', ')} cannot be seen with these credentials, and the wait is over`)
}

/** The one line of result. */
export function summary({ host, database, migrations, hooks, roles }: DeployResult): string {
  const where = `${database} at ${host}`
  if (migrations.length === 0 && roles.length === 0) return `nothing to do: ${where} is up to date`
  return `${where}: ${count(migrations, 'migration')}, ${count(hooks, 'hook')}, ${count(roles, 'change')} of roles`
}

function count(things: readonly unknown[], name: string): string {
  return `${things.length} ${name}${things.length === 1 ? '' : 's'}`
}

function took({ ms }: { ms: number }): string {
  return ` (${seconds(ms)})`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
