import type { Socket } from 'node:net'
import type { Session } from '../login/login.ts'
import { createHold, type Hold } from '../wire/hold.ts'

/** One connection, from its first byte on. */
export interface Client {
  hold: Hold
  /** Once it is in. */
  session?: Session
}

/** All connections of an emulator. */
export interface Clients {
  arrive(raw: Socket): Client
  /** Holds the lines of all who are connected, and with `everyone` of those who are to come. */
  freeze(who: 'connected' | 'everyone'): void
  thaw(): void
  /** Breaks every connection by RST; answers how many there were. */
  reset(): number
  /** Process ids of the backends, of one user or of all. */
  backends(user?: string): number[]
  end(): void
}

/** Nobody is connected yet. */
export function createClients(): Clients {
  const clients = new Map<Socket, Client>()
  let newcomersHeld = false
  const hold = (held: boolean) => {
    for (const client of clients.values()) client.hold.set(held)
  }
  return {
    arrive(raw) {
      const client = { hold: createHold(newcomersHeld) }
      clients.set(raw, client)
      raw.once('close', () => clients.delete(raw))
      // Nobody else listens while the line is held.
      raw.on('error', () => raw.destroy())
      return client
    },
    freeze(who) {
      newcomersHeld = who === 'everyone'
      hold(true)
    },
    thaw() {
      newcomersHeld = false
      hold(false)
    },
    reset() {
      const all = [...clients.keys()]
      for (const raw of all) raw.resetAndDestroy()
      return all.length
    },
    backends(user) {
      const sessions = [...clients.values()].flatMap(({ session }) => session ?? [])
      return sessions.flatMap((each) => (user === undefined || each.user === user ? (each.processId ?? []) : []))
    },
    end() {
      for (const raw of clients.keys()) raw.destroy()
    },
  }
}
