import type { Ask } from './lock.ts'

/** The two marks of the lock, as rows. */
export type Mark = 'deploy' | 'work'

/** Who takes a mark. */
export interface Owner {
  /** Unique to one hold. */
  id: string
  /** For people. */
  name: string
  /** How long the mark lasts from each renewal, in milliseconds. */
  leaseMs: number
}

/** Beside Prisma's history, wherever `search_path` puts that; no declared role is ever granted a table of this prefix. */
const table = '"_prisma_iam_lease"'

const makeTable = `CREATE TABLE IF NOT EXISTS ${table}
  (mark text PRIMARY KEY, owner text, holder text, since timestamptz, expires_at timestamptz)`

/**
 * The rows of the lock. All times are the server's: clocks of deploys are never compared.
 *
 * Of two that take a mark at once, DSQL refuses one at its COMMIT (40001, OC000); it looks again, and finds the other.
 */
export interface LeaseRows {
  /** Takes a mark that nobody holds, or whose lease has run out; whether it was got. */
  take(mark: Mark, owner: Owner): Promise<boolean>
  /** Lengthens a mark that is still the owner's; whether it is. */
  renew(mark: Mark, owner: Owner): Promise<boolean>
  /** Whether a mark is the given owner's and has not run out. */
  holds(mark: Mark, id: string): Promise<boolean>
  /** Who holds a mark since when; nothing when nobody does. */
  holder(mark: Mark): Promise<string | undefined>
  giveBack(mark: Mark, id: string): Promise<void>
}

/** Every statement is a transaction of its own, sent again when it lost against another. */
export function leaseRows(ask: Ask, random: () => number = Math.random): LeaseRows {
  const again = againAfterConflicts(ask, random)
  const send: Ask = async (sql, values) => {
    try {
      return await again(sql, values)
    } catch (error) {
      if (codeOf(error) !== '42P01') throw error
      await again(makeTable)
      return await again(sql, values)
    }
  }
  return {
    async take(mark, { id, name, leaseMs }) {
      const sql = `INSERT INTO ${table} AS held (mark, owner, holder, since, expires_at)
        VALUES ($1, $2, $3, now(), now() + $4::int * interval '1 millisecond')
        ON CONFLICT (mark) DO UPDATE SET owner = excluded.owner, holder = excluded.holder, since = excluded.since,
          expires_at = excluded.expires_at
        WHERE held.owner IS NULL OR held.expires_at <= now() RETURNING 1`
      return (await send(sql, [mark, id, name, leaseMs])) !== undefined
    },
    async renew(mark, { id, leaseMs }) {
      const sql = `UPDATE ${table} SET expires_at = now() + $3::int * interval '1 millisecond'
        WHERE mark = $1 AND owner = $2 RETURNING 1`
      return (await send(sql, [mark, id, leaseMs])) !== undefined
    },
    async holds(mark, id) {
      const sql = `SELECT 1 FROM ${table} WHERE mark = $1 AND owner = $2 AND expires_at > now()`
      return (await send(sql, [mark, id])) !== undefined
    },
    async holder(mark) {
      const sql = `SELECT holder || ' since ' || to_char(since, 'HH24:MI:SS TZ') FROM ${table}
        WHERE mark = $1 AND owner IS NOT NULL AND expires_at > now()`
      return await send(sql, [mark])
    },
    async giveBack(mark, id) {
      await send(`UPDATE ${table} SET owner = NULL WHERE mark = $1 AND owner = $2`, [mark, id])
    },
  }
}

const triesAfterConflict = 20
const conflictPauseMs = 40

/** 23505 and 42P07 are what two creations of one row or table at once can meet, though the statement says IF NOT EXISTS. */
const conflicts = new Set(['40001', 'OC000', 'OC001', '23505', '42P07'])

function againAfterConflicts(ask: Ask, random: () => number): Ask {
  return async (sql, values) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask(sql, values)
      } catch (error) {
        if (tries === triesAfterConflict || !conflicts.has(String(codeOf(error)))) throw error
        await new Promise((resolve) => setTimeout(resolve, random() * conflictPauseMs))
      }
    }
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
