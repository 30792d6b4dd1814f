import type { Connections } from './connections.ts'
import type { Hold } from './deploy-lock.ts'
import { describe } from './fail.ts'
import type { Handle } from './rpc.ts'

/** The calls that change a database or its history; all others may run beside a deploy. */
const changing = new Set([
  'applyMigrations',
  'createMigration',
  'devDiagnostic',
  'markMigrationApplied',
  'markMigrationRolledBack',
  'reset',
  'schemaPush',
])

/** Answers like `handle`, but what changes the database waits until no other deploy is at work. */
export function underDeployLock(handle: Handle, connections: Pick<Connections, 'hold' | 'server'>): Handle {
  let isDevelopment = false
  return async (method, params, print) => {
    if (!changing.has(method)) return await handle(method, params, print)
    isDevelopment ||= method === 'devDiagnostic'
    let hold: Hold
    try {
      hold = await connections.hold()
    } catch (error) {
      const { message, ...rest } = describe(error, connections.server())
      return { failure: { is_panic: false, message, ...('code' in rest ? { error_code: rest.code } : {}) } }
    }
    try {
      const outcome = await handle(method, params, print)
      if (method === 'applyMigrations' && !isDevelopment && 'result' in outcome) hold.applied()
      return outcome
    } finally {
      await hold.release()
    }
  }
}
