import { foreseeRoles } from '../roles/foresee.ts'
import type { PreparedHooks } from './hooks/prepare.ts'
import type { Site, Survey } from './survey.ts'

/**
 * Looks through the declared roles before migrations and hooks run: a mistyped table would be found behind them.
 *
 * @param due the hooks that will run; a function among them may make anything.
 * @throws PRISMA_IAM_ROLES_INVALID
 */
export async function surveyRoles(
  { client, project, admin }: Pick<Site, 'client' | 'project' | 'admin'>,
  { files, history }: Survey,
  due: PreparedHooks,
): Promise<void> {
  const pending = files.filter(({ name }) => history.pending.includes(name)).map(({ sql }) => sql)
  const hooks = [...due.before, ...due.after].flatMap((hook) => (hook.kind === 'sql' ? [hook.script] : []))
  if (hooks.length < due.before.length + due.after.length || pending.length + hooks.length === 0) return
  await foreseeRoles(client, project.iam.roles ?? {}, admin.roleServer, [...pending, ...hooks])
}
