import type { Shell } from '../command.ts'
import { asAdmin, type RolesFlags } from './roles-admin.ts'
import { printable } from './roles-statement.ts'

interface Flags extends RolesFlags {
  prune?: true
}

/** `roles plan`: the statements that `apply` would run. */
export async function plan(flags: Flags & { check?: true }, shell: Shell): Promise<void> {
  const { planRoles } = await import('../../roles/plan.ts')
  const { statements, notices } = await asAdmin(flags, shell, 'declared', ({ client, manifest, server }) =>
    planRoles(client, manifest, server, { prune: flags.prune === true }),
  )
  for (const notice of notices) shell.print.story(notice)
  if (flags.json) shell.print.result(JSON.stringify({ statements, notices }))
  else if (statements.length === 0) shell.print.result('nothing to do')
  else for (const { summary, sql } of statements) shell.print.result(`-- ${summary}\n${printable(sql)}`)
  if (flags.check && statements.length > 0) shell.exit(3)
}

/** `roles apply`: runs them, and reads back. */
export async function apply(flags: Flags, shell: Shell): Promise<void> {
  const { planRoles } = await import('../../roles/plan.ts')
  const { applyRoles } = await import('../../roles/apply.ts')
  const { statements, notices } = await asAdmin(flags, shell, 'declared', async ({ client, manifest, server }) =>
    applyRoles(client, await planRoles(client, manifest, server, { prune: flags.prune === true }), server),
  )
  for (const notice of notices) shell.print.story(notice)
  if (flags.json) shell.print.result(JSON.stringify({ statements, notices }))
  else if (statements.length === 0) shell.print.result('nothing to do')
  else for (const { summary } of statements) shell.print.result(summary)
}
