/** Names for statements worth preparing, and the end of those that are not used any more. */
export interface StatementCache {
  /** The name under which a statement is prepared; empty for one that is sent unprepared. */
  nameOf(text: string, parameters: number): string
  /** Makes the next use of a statement a new one, because the server's plan of it no longer fits. */
  forget(text: string): void
  /** Closes what an idle client holds prepared and nobody asks for any more; answers the names. */
  trim(client: object): readonly string[]
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
  const trimmed = new WeakMap<object, number>()
  let counter = 0
  let dropped = 0

  function drop(text: string): void {
    const name = names.get(text)
    names.delete(text)
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
    nameOf(text, parameters) {
      // BEGIN, COMMIT and the like go by the simple protocol, which is one message.
      if (parameters === 0 || text.length > longestText) return ''
      const name = names.has(text) ? names.get(text) || makeName() : ''
      names.delete(text)
      names.set(text, name)
      if (names.size > most) drop(names.keys().next().value as string)
      return name
    },
    forget: drop,
    trim(client) {
      if ((trimmed.get(client) ?? 0) === dropped) return []
      trimmed.set(client, dropped)
      const { connection } = client as Preparing
      const ended = Object.keys(connection.parsedStatements).filter((name) => !living.has(name))
      for (const name of ended) {
        // Between two queries nothing is in error, so the server heeds this before the next message, without a Sync.
        connection.close({ type: 'S', name })
        delete connection.parsedStatements[name]
      }
      return ended
    },
  }
}

/** What `pg` keeps of its prepared statements, text by name, is not in its types. */
interface Preparing {
  connection: {
    parsedStatements: Record<string, string>
    close(message: { type: 'S'; name: string }): void
  }
}
