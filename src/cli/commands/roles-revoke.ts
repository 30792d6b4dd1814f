import type { RoleSessions } from '../../roles/revoke/revoke.ts'
import type { OpenSession } from '../../roles/sessions.ts'
import { visibleText } from '../../roles/visible-text.ts'
import type { Shell } from '../command.ts'
import { asAdmin, type RolesFlags } from './roles-admin.ts'

interface Flags extends RolesFlags {
  arn?: string
  grants?: true
  terminate?: true
}

/** `roles revoke NAME`: takes access away, and tells which sessions are still open. */
export async function revoke(role: string, flags: Flags, shell: Shell): Promise<void> {
  const { revokeRole } = await import('../../roles/revoke/revoke.ts')
  const { print } = shell
  const { arn, grants, terminate } = flags
  const { revoked, maxAgeMs } = await asAdmin(flags, shell, 'any', async ({ client, manifest, server, endpoint }) => {
    const { showsSessions, maxConnectionAgeMs } = endpoint.capabilities
    const asked = { role, arn, grants, terminate }
    return {
      revoked: await revokeRole(client, manifest, asked, { ...server, showsSessions }),
      maxAgeMs: maxConnectionAgeMs,
    }
  })
  for (const notice of revoked.notices) print.story(notice)
  if (flags.json) print.result(JSON.stringify(revoked))
  else {
    for (const { summary } of revoked.statements) print.result(summary)
    if (revoked.statements.length === 0) print.result(nothing(arn))
    for (const line of told(revoked.sessions, flags, maxAgeMs)) print.result(line)
  }
  if (!terminate || (revoked.sessions.kind === 'seen' && revoked.sessions.open.length === 0)) return
  print.failure(failure(revoked.sessions))
  shell.exit(1)
}

function nothing(arn: string | undefined): string {
  return arn === undefined ? 'nothing to do: no login was possible' : 'nothing to do: that identity is not mapped to it'
}

function told(sessions: RoleSessions, { terminate, grants }: Flags, maxAgeMs: number | undefined): string[] {
  if (sessions.kind === 'hidden') {
    const end = maxAgeMs === undefined ? '' : `, and lives ${Math.round(maxAgeMs / 60_000)} minutes at most`
    return [
      `a session that is still open cannot be seen on this service${end}`,
      ...(grants ? [] : ['--grants takes away what it may do']),
    ]
  }
  const { ended, open } = sessions
  return [
    ...(ended.length > 0 ? [`${counted(ended)} ended:`, ...ended.map(line)] : []),
    ...(open.length > 0 ? [`${counted(open)} still open:`, ...open.map(line)] : []),
    ...(open.length > 0 && !terminate ? ['--terminate ends them'] : []),
    ...(ended.length + open.length === 0 ? ['no session is open'] : []),
  ]
}

function counted({ length }: readonly OpenSession[]): string {
  return `${length} session${length === 1 ? '' : 's'}`
}

/** An application calls itself whatever it likes, so its name is quoted. */
function line({ pid, since, client, application, database, state }: OpenSession): string {
  const facts = [
    `pid ${pid}`,
    since === null ? undefined : `since ${since.toISOString()}`,
    client === null ? undefined : `from ${client}`,
    application === '' ? undefined : visibleText(JSON.stringify(application)),
    database === null ? undefined : `on ${JSON.stringify(database)}`,
    state ?? undefined,
  ]
  return `  ${facts.filter((fact) => fact !== undefined).join(', ')}`
}

function failure(sessions: RoleSessions): string {
  if (sessions.kind === 'hidden') return 'access was taken away, but this service ends no sessions on demand'
  const { open, refused } = sessions
  const why = refused === undefined ? '' : `: ${refused}`
  return `access was taken away, but ${counted(open)} could not be ended${why}`
}
