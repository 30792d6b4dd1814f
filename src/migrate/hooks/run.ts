import type pg from 'pg'
import { retryPolicy } from '../../connect/occ-options.ts'
import { retryConflicts } from '../../connect/retry-conflicts.ts'
import { PrismaIamError } from '../../errors.ts'
import type { Hook, HookContext, Place } from './hook.ts'
import { type HookRecords, type Send, saveRecord } from './record.ts'

/** How a hook is run. */
export interface HookRun {
  client: pg.Client
  /** Whether schema changes can share a transaction. */
  transactionalDdl: boolean
  records: HookRecords
  context: Omit<HookContext, 'client'>
}

/**
 * Runs one hook and writes down that it ran: both in one transaction where the server and the file allow it, else
 * statement by statement.
 *
 * @throws PRISMA_IAM_MIGRATE_HOOK with file, line, column and the server's words.
 */
export async function runHook(hook: Hook, { client, transactionalDdl, records, context }: HookRun): Promise<void> {
  const together = transactionalDdl && (hook.kind === 'function' || hook.fitsTransaction)
  const send = sender(client)
  const attempt = (work: () => unknown, placeOf?: PlaceOf) => tryTo(work, hook, together, placeOf)
  if (together) await attempt(() => send('BEGIN'))
  if (hook.kind === 'function') await attempt(() => hook.hook({ ...context, client }))
  else for (const { text, placeOf } of hook.statements) await attempt(() => send(text), placeOf)
  await attempt(async () => {
    // The file's own say over the session ends here.
    if (transactionalDdl) await send('RESET ROLE')
    await saveRecord(send, hook, records)
    // Constraints that were deferred speak up here, which has no place in the file.
    if (together) await send('COMMIT')
  })
}

/** A statement that is a transaction by itself may lose against another one, on Aurora DSQL, and is then sent again. */
function sender(client: pg.Client): Send {
  return async (text, values) => {
    const query = () => client.query<object>(text, values)
    return client.getTransactionStatus() === 'I' ? retryConflicts('hook', query, retryPolicy({})) : query()
  }
}

type PlaceOf = (position: number) => Place

async function tryTo(work: () => unknown, hook: Hook, together: boolean, placeOf?: PlaceOf): Promise<void> {
  try {
    await work()
  } catch (cause) {
    const { message = String(cause), detail, code, position } = (cause ?? {}) as Partial<pg.DatabaseError>
    const words = `${message}${detail === undefined ? '' : `. ${detail}`}${code === undefined ? '' : ` (${code})`}`
    const at = placeOf?.(Number(position ?? 1))
    const where = at === undefined ? hook.name : `${hook.name}:${at.line}:${at.column}`
    throw new PrismaIamError('PRISMA_IAM_MIGRATE_HOOK', `${where}: ${words}`, {
      hint: `${whatIsKept(hook, together)}; correct it and run the command again`,
      cause,
    })
  }
}

function whatIsKept({ kind }: Hook, together: boolean): string {
  if (kind === 'function') return together ? 'nothing of its transaction was kept' : 'what it did before was kept'
  return together ? 'nothing of this file was kept' : 'what stands before it in the file was kept'
}
