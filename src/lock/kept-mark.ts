/** How a mark of the lock stands against the statements of its own session. */
export interface MarkEdges {
  /** Takes the mark for the transaction that is open, which no statement can give up before its end. */
  pin(): Promise<unknown>
  /** Takes the mark for the session again. */
  renew(): Promise<void>
}

/**
 * Keeps a mark in a session that runs other people's statements, of which `DISCARD ALL` and `pg_advisory_unlock_all()` give
 * up every advisory lock of their session. Nobody who writes them means ours, so it is taken again before the next statement.
 *
 * @returns what to call with every statement before it is sent; nothing to wait for is no promise. It throws what `renew`
 * throws.
 */
export function keptMark({ pin, renew }: MarkEdges): Check {
  let owed = false
  const payAndPin = async (pays: boolean, pins: boolean) => {
    if (pays) {
      owed = false
      await renew().catch((error: unknown) => {
        owed = true
        throw error
      })
    }
    if (!pins) return
    await pin()
    owed = true
  }
  return (sql) => {
    // In a transaction that failed, nothing but its end can be sent.
    const pays = owed && !endsTransaction.test(sql)
    const pins = givesUpLocks.test(sql)
    return pays || pins ? payAndPin(pays, pins) : undefined
  }
}

/** What a statement waits for before it is sent. */
export type Check = (sql: string) => Promise<void> | undefined

const givesUpLocks = /\bdiscard\b(?!\s+(temp|temporary|plans|sequences)\b)|advisory_unlock_all/i
const endsTransaction = /^\s*(rollback|abort)\b/i
