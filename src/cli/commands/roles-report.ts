import { resolve } from 'node:path'
import type { Shell } from '../command.ts'
import { asAdmin, type RolesFlags } from './roles-admin.ts'

interface Flags extends RolesFlags {
  html?: string
}

/** `roles report [NAME]`: who may do what, as a matrix, as JSON, as a page. */
export async function report(role: string | undefined, flags: Flags, shell: Shell): Promise<void> {
  const { reportRoles } = await import('../../roles/report/report.ts')
  const { reportText, roleText } = await import('../../roles/report/text.ts')
  const { reportPage } = await import('../../roles/report/page/page.ts')
  const { assertWritable, writeWhole } = await import('../../roles/report/write.ts')
  const { print } = shell
  const file = flags.html === undefined ? undefined : resolve(shell.cwd, flags.html)
  if (file !== undefined) await assertWritable(file)
  const { made, host } = await asAdmin(flags, shell, 'any', async ({ client, manifest, server, endpoint, host }) => {
    const { showsSessions } = endpoint.capabilities
    return { made: await reportRoles(client, manifest, { ...server, showsSessions }), host }
  })
  for (const notice of made.notices) print.story(notice)
  if (file !== undefined) {
    await writeWhole(file, reportPage(made, host))
    print.done(`report written to ${file}`)
  }
  if (flags.json) print.result(JSON.stringify(made))
  else if (role !== undefined) for (const line of roleText(made, role, print.width)) print.result(line)
  else if (file === undefined) for (const line of reportText(made, print.width)) print.result(line)
}
