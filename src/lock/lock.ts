/** Sends one statement and tells the first value of its first row, as PostgreSQL prints it; nothing for NULL and no row. */
export type Ask = (sql: string, values?: readonly unknown[]) => Promise<string | undefined>

/**
 * The deploy lock of one database, seen by one that wants it.
 *
 * There are two marks, whatever the server keeps them in: who deploys, and whose statements may still be running. A deploy
 * that is killed leaves a statement behind, so its successor gets the first mark and then waits for the end of the second.
 */
export interface DeployLock {
  /** One try; nothing once the lock is held and no statement of an earlier deploy can run any more, else who is in the way. */
  attempt(): Promise<string | undefined>
  /** What another process must know to work under this lock. */
  ticket(): LockTicket
  /**
   * To be called before a statement is sent, with the statement where the session that holds the lock sends it.
   * @throws PRISMA_IAM_MIGRATE_LOCK_LOST when somebody else may hold the lock by now.
   */
  check(sql?: string): Promise<void>
  /** Waits until no statement of another session or process under this lock can run any more. */
  quiet(signal?: AbortSignal): Promise<void>
  /** Gives the lock back, and the half of it that an attempt got. Never rejects. */
  release(): Promise<void>
}

/** A hold on a lock as plain data, since it crosses to the engine's process. */
export type LockTicket = AdvisoryTicket | LeaseTicket

/** The session that holds the lock; pids come again, so its start in seconds is part of its name. */
export interface AdvisoryTicket {
  kind: 'advisory'
  pid: string
  started: string
}

/** The lease that holds the lock. */
export interface LeaseTicket {
  kind: 'lease'
  owner: string
  /** How long a lease lasts from each renewal, in milliseconds. */
  leaseMs: number
}
