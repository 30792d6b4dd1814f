import type { Finding } from '../../roles/audit/finding.ts'
import type { Shell } from '../command.ts'
import { asAdmin, type RolesFlags } from './roles-admin.ts'
import { printable } from './roles-statement.ts'

/** `roles audit`: what is not as declared, and what nobody should be able to do. */
export async function audit(flags: RolesFlags, shell: Shell): Promise<void> {
  const { countedFindings } = await import('../../roles/audit/counted.ts')
  const { auditRoles } = await import('../../roles/audit/audit.ts')
  const { findings, notices } = await asAdmin(flags, shell, 'declared', ({ client, manifest, server }) =>
    auditRoles(client, manifest, server),
  )
  for (const notice of notices) shell.print.story(notice)
  if (flags.json) shell.print.result(JSON.stringify({ findings, notices }))
  else for (const line of [...findings.flatMap(told), countedFindings(findings)]) shell.print.result(line)
  if (findings.length > 0) shell.exit(3)
}

const column = 8

function told({ danger, sentence, sql }: Finding): string[] {
  const mend = sql === null ? [] : [' '.repeat(column) + printable(sql)]
  return [`${danger.padEnd(column)}${sentence}`, ...mend]
}
