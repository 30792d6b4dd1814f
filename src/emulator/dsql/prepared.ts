import type { Statement } from './classify.ts'

/** The prepared statements and portals of a session, as far as PostgreSQL has them too. */
export interface Prepared {
  /** Notes a Parse; a name that is taken keeps its statement, as the server will refuse the second one. */
  parse(name: string, statement: Statement): void
  /** Notes that the server completed the next Parse. */
  parsed(): void
  /** Notes a Bind. */
  bind(portal: string, statement: string): void
  /** The statement that an Execute runs, and whether it goes on with rows; undefined where there is no such portal. */
  execute(portal: string): { statement: Statement; resumed: boolean } | undefined
  /** Notes a Close of a prepared `S`tatement or a `P`ortal. */
  close(kind: string, name: string): void
  /** At ReadyForQuery: forgets what was parsed and never completed. */
  settle(): void
}

/** Begins empty. */
export function createPrepared(): Prepared {
  const statements = new Map<string, Statement>()
  const portals = new Map<string, { statement: Statement; resumed: boolean }>()
  // The names of Parses in flight, in order; undefined for one that cannot succeed.
  let parsing: (string | undefined)[] = []
  return {
    parse(name, statement) {
      const taken = name !== '' && statements.has(name)
      if (!taken) statements.set(name, statement)
      parsing.push(taken ? undefined : name)
    },
    parsed() {
      parsing.shift()
    },
    bind(portal, name) {
      const statement = statements.get(name)
      if (statement) portals.set(portal, { statement, resumed: false })
      else portals.delete(portal)
    },
    execute(name) {
      const portal = portals.get(name)
      if (!portal) return undefined
      portals.set(name, { ...portal, resumed: true })
      return portal
    },
    close(kind, name) {
      const closed = kind === 'S' ? statements : portals
      closed.delete(name)
    },
    settle() {
      for (const name of parsing) if (name !== undefined) statements.delete(name)
      parsing = []
    },
  }
}
