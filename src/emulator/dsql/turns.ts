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

/** Takes the next turn off the front of what a client has sent; undefined until there is one. */
export function takeTurn(waiting: Buffer[]): Turn | undefined {
  for (let index = 0; index < waiting.length; index++) {
    const type = typeOf(waiting[index] as Buffer)
    if (type === 'S') return { messages: waiting.splice(0, index + 1), kind: 'whole' }
    if (type === 'H') return { messages: waiting.splice(0, index + 1), kind: 'open' }
    if ('PBDEC'.includes(type)) continue
    if (index === 0) return { messages: waiting.splice(0, 1), kind: 'whole' }
    // Without its Sync it never comes to anything.
    if (type === 'X') return { messages: waiting.splice(0, index + 1), kind: 'whole' }
    return { messages: [...waiting.splice(0, index), sync], kind: 'broken' }
  }
  return undefined
}
