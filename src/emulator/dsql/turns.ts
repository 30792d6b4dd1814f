import { typeOf } from '../wire/messages.ts'
import { sync } from '../wire/requests.ts'

/** Messages of a client that the server answers with one ReadyForQuery. */
export interface Turn {
  messages: Buffer[]
  /**
   * `whole`: nothing more belongs to it. `open`: the client wants answers before its Sync, so more is to come.
   * `broken`: a Query broke the batch off; no driver does this, and the Sync at its end is not the client's.
   */
  kind: 'whole' | 'open' | 'broken'
}

/** What a client has sent and nobody has looked after yet. */
export interface Waiting {
  push(whole: Buffer): void
  /** The first message. */
  first(): Buffer | undefined
  /** Takes the first message. */
  take(): Buffer
  /** Takes the next turn; undefined until there is one. */
  takeTurn(): Turn | undefined
  clear(): void
}

/** Nothing has been sent. */
export function createWaiting(): Waiting {
  let waiting: Buffer[] = []
  /** How many at the front are known to belong to a batch; a batch of thousands is not to be read again for each. */
  let known = 0

  function takeTurn(): Turn | undefined {
    for (; known < waiting.length; known++) {
      const type = typeOf(waiting[known] as Buffer)
      if (type === 'S') return cut(known + 1, 'whole')
      if (type === 'H') return cut(known + 1, 'open')
      if ('PBDEC'.includes(type)) continue
      if (known === 0) return cut(1, 'whole')
      // Without its Sync it never comes to anything.
      if (type === 'X') return cut(known + 1, 'whole')
      const { messages } = cut(known, 'broken')
      return { messages: [...messages, sync], kind: 'broken' }
    }
    return undefined
  }

  function cut(count: number, kind: Turn['kind']): Turn {
    known = 0
    return { messages: waiting.splice(0, count), kind }
  }

  return {
    push: (whole) => void waiting.push(whole),
    first: () => waiting[0],
    take: () => cut(1, 'whole').messages[0] as Buffer,
    takeTurn,
    clear() {
      waiting = []
      known = 0
    },
  }
}
