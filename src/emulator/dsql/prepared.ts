import type { ParseRequest } from '../wire/requests.ts'
import type { Reading } from './script.ts'

/** What was prepared, and the request that did it. */
export interface PreparedStatement extends Reading {
  request: ParseRequest
}

/** The prepared statements and portals of a session, as far as PostgreSQL has them too. */
export interface Prepared {
  /** Notes a Parse; a name that is taken keeps its statement, as the server will refuse the second one. */
  parse(prepared: PreparedStatement): void
  /** Notes that the server completed the next Parse. */
  parsed(): void
  /** Notes a Bind. */
  bind(portal: string, statement: string): void
  /** The statement that an Execute runs, and whether it goes on with rows; undefined where there is no such portal. */
  execute(portal: string): (PreparedStatement & { resumed: boolean }) | undefined
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
  const portals = new Map<string, PreparedStatement & { resumed: boolean }>()
  // The names of Parses in flight, in order; undefined for one that cannot succeed.
  let parsing: (string | undefined)[] = []
  return {
    parse(prepared) {
      const { name } = prepared.request
      const taken = name !== '' && statements.has(name)
      if (!taken) statements.set(name, prepared)
      parsing.push(taken ? undefined : name)
    },
    parsed() {
      parsing.shift()
    },
    bind(portal, name) {
      const named = statements.get(name)
      if (named) portals.set(portal, { ...named, resumed: false })
      else portals.delete(portal)
    },
    execute(name) {
      const portal = portals.get(name)
      if (!portal) return undefined
      portals.set(name, { ...portal, resumed: true })
      return portal
    },
    named: (name) => statements.get(name),
    boundTo: (portal) => portals.get(portal),
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
