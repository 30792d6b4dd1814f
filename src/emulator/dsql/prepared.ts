import type { Reading } from './script.ts'

/** What was prepared, under which name and from which text. */
export interface PreparedStatement {
  name: string
  sql: string
  reading: Reading
  /** The parameter types as the client's Parse message has them. */
  types(): Buffer
}

/** A portal, and whether an Execute of it goes on with rows. */
export interface Portal {
  bound: PreparedStatement
  resumed: boolean
}

/** The prepared statements and portals of a session, as far as PostgreSQL has them too. */
export interface Prepared {
  /** Notes a Parse; a name that is taken keeps its statement, as the server will refuse the second one. */
  parse(prepared: PreparedStatement): void
  /** Notes that the server completed the next Parse. */
  parsed(): void
  /** Notes a Bind. */
  bind(portal: string, statement: string): void
  /** Notes an Execute: answers the portal as it stood before; undefined where there is no such portal. */
  execute(portal: string): Portal | undefined
  /** What is prepared under a name. */
  named(name: string): PreparedStatement | undefined
  /** What a portal was bound to. */
  boundTo(portal: string): PreparedStatement | undefined
  /** Notes a Close of a prepared `S`tatement or a `P`ortal. */
  close(kind: string, name: string): void
  /** At ReadyForQuery: forgets what was parsed and never completed. */
  settle(): void
}

/** Begins empty. */
export function createPrepared(): Prepared {
  const statements = new Map<string, PreparedStatement>()
  const portals = new Map<string, Portal>()
  // The names of Parses in flight, in order; undefined for one that cannot succeed.
  let parsing: (string | undefined)[] = []
  return {
    parse(prepared) {
      const { name } = prepared
      const taken = name !== '' && statements.has(name)
      if (!taken) statements.set(name, prepared)
      parsing.push(taken ? undefined : name)
    },
    parsed() {
      parsing.shift()
    },
    bind(portal, name) {
      const named = statements.get(name)
      if (named) portals.set(portal, { bound: named, resumed: false })
      else portals.delete(portal)
    },
    execute(name) {
      const portal = portals.get(name)
      if (!portal) return undefined
      if (!portal.resumed) portals.set(name, { bound: portal.bound, resumed: true })
      return portal
    },
    named: (name) => statements.get(name),
    boundTo: (portal) => portals.get(portal)?.bound,
    close(kind, name) {
      const closed = kind === 'S' ? statements : portals
      closed.delete(name)
    },
    settle() {
      if (parsing.length === 0) return
      for (const name of parsing) if (name !== undefined) statements.delete(name)
      parsing = []
    },
  }
}
