import type { Endpoint } from '../../config/endpoint.ts'
import type { RoleManifest } from '../../roles/manifest.ts'
import type { RoleServer, SqlClient } from '../../roles/server.ts'
import type { Shell } from '../command.ts'

/** What every `roles` command is told. */
export interface RolesFlags {
  json?: true
  config?: string
}

/** `declared` where a command compares with the declaration, `any` where it is for an emergency or for looking. */
type Needs = 'declared' | 'any'

/** What a `roles` command works with: a session of the admin, and what the config declares. */
export interface RolesContext {
  readonly client: SqlClient
  readonly manifest: RoleManifest
  readonly server: RoleServer
  readonly endpoint: Endpoint
  /** The server's own name, whatever was dialled. */
  readonly host: string
}

/** Logs in as the admin of the config for one piece of work; a signal ends it. */
export async function asAdmin<Result>(
  flags: RolesFlags,
  { env, cwd, signal, print }: Shell,
  needs: Needs,
  work: (context: RolesContext) => Promise<Result>,
): Promise<Result> {
  const { loadProject } = await import('../../migrate/load-config.ts')
  const { adminOf } = await import('../../migrate/admin.ts')
  const { retryInWords } = await import('../../connect/retrying.ts')
  const { withSessions } = await import('../../migrate/sessions.ts')
  const { assertDeclared } = await import('../../migrate/find-config.ts')
  const project = await loadProject(cwd, { config: flags.config })
  if (needs === 'declared') assertDeclared(project)
  const { iam } = project
  const admin = await adminOf(iam, { env, onRetry: (retry) => print.story(retryInWords(retry)) })
  const { roleServer: server, resolved } = admin
  return await withSessions(admin, signal, (sessions) =>
    sessions.use((client) =>
      work({ client, manifest: iam.roles ?? {}, server, endpoint: resolved.endpoint, host: resolved.verify.host }),
    ),
  )
}
