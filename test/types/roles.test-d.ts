import { expectTypeOf } from 'vitest'
import { auditRoles, type Finding, type OpenSession, reportRoles, revokeRole } from '../../src/migrate-entry.ts'

// Compiled by `npm test`, never run: the examples of the doc comments, and what the compiler must refuse.

export async function lookForStrangers(): Promise<void> {
  const { findings } = await auditRoles({ signal: AbortSignal.timeout(60_000) })
  for (const { danger, sentence } of findings) console.log(`${danger}: ${sentence}`)
}

export async function tellWriters(): Promise<void> {
  const { roles, objects } = await reportRoles()
  const writers = objects.flatMap(({ access }) => access.filter(({ privileges }) => privileges.DELETE))
  console.log(`${roles.length} roles; may delete: ${[...new Set(writers.map(({ role }) => role ?? 'everybody'))]}`)
}

export async function shutOut(): Promise<void> {
  const { sessions } = await revokeRole({ role: 'reports', terminate: true })
  if (sessions.kind === 'seen' && sessions.open.length > 0) throw new Error('still there')
  if (sessions.kind === 'seen') expectTypeOf(sessions.ended).toEqualTypeOf<readonly OpenSession[]>()
}

expectTypeOf(auditRoles()).resolves.toHaveProperty('findings').toEqualTypeOf<readonly Finding[]>()
expectTypeOf(revokeRole).parameter(0).not.toBeAny()
// @ts-expect-error whose access?
void revokeRole({ terminate: true })
// @ts-expect-error an audit changes nothing, so it prunes nothing
void auditRoles({ prune: true })
