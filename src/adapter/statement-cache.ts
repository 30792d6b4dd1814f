import type { SqlQuery } from '@prisma/driver-adapter-utils'

/** Names for statements worth preparing, and the end of those that are not used any more. */
export interface StatementCache {
  /** The name under which a statement is prepared; empty for one that is sent unprepared. */
  nameOf(query: SqlQuery): string
  /** Makes the next use of a statement a new one, because the server's plan of it no longer fits. */
  forget(sql: string): void
  /** Closes what an idle connection holds prepared and nobody asks for any more. */
  trim(connection: PreparingConnection): void
}

/** A connection that prepares what it is asked for. */
export interface PreparingConnection {
  /** The names of what it holds prepared. */
  prepared(): readonly string[]
  /** Closes what it holds under a name. */
  unprepare(name: string): void
}

/** Longer texts are mostly lists of values, of a length that does not come again. */
const longestText = 8_192

/**
 * Remembers the last `most` statements of one pool, least recently used out first. A statement gets a name when it comes
 * the second time, so what is asked once costs the server nothing; names are never used twice.
 *
 * Connections prepare by themselves what they are first asked for; since a name that fell out is closed when its
 * connection comes back, none keeps more than `most` for long.
 */
export function createStatementCache(most: number): StatementCache {
  const names = new Map<string, string>()
  const living = new Set<string>()
  const trimmed = new WeakMap<PreparingConnection, number>()
  let counter = 0
  let dropped = 0

  function drop(sql: string): void {
    const name = names.get(sql)
    names.delete(sql)
    if (!name) return
    living.delete(name)
    dropped += 1
  }

  function makeName(): string {
    counter += 1
    const name = `iam${counter}`
    living.add(name)
    return name
  }

  return {
    nameOf({ sql, args }) {
      // BEGIN, COMMIT and the like go by the simple protocol, which is one message.
      if (args.length === 0 || sql.length > longestText) return ''
      const name = names.has(sql) ? names.get(sql) || makeName() : ''
      names.delete(sql)
      names.set(sql, name)
      if (names.size > most) drop(names.keys().next().value as string)
      return name
    },
    forget: drop,
    trim(connection) {
      if ((trimmed.get(connection) ?? 0) === dropped) return
      trimmed.set(connection, dropped)
      for (const name of connection.prepared()) if (!living.has(name)) connection.unprepare(name)
    },
  }
}
