import { oneOf, query, readParameterStatus, typeOf } from '../wire/messages.ts'
import type { Filter, FilterEnds } from '../wire/relay.ts'

/**
 * Keeps one session as its instance is: on a reader every transaction is read-only, one that was open at the failover
 * too, so that PostgreSQL itself says 25006 `cannot execute … in a read-only transaction`. The setting is put in front
 * of the client's next message whenever the server has answered everything.
 *
 * @param onReader whether the session's instance is a reader at this moment
 */
export function createReadOnlyFilter(onReader: () => boolean, { toServer, toClient }: FilterEnds): Filter {
  /** Messages that wait for the answer to a setting of ours; undefined while there is none. */
  let waiting: Buffer[] | undefined
  /** How many ReadyForQuery the client has to come. */
  let owed = 0
  let inBatch = false
  let status = 'I'
  /** As the session tells it, which sees the client's own RESET ALL and DISCARD ALL. */
  let sessionReadOnly = false
  let imposed = false
  let transactionImposed = false

  function setting(): string | undefined {
    if (owed > 0 || inBatch) return undefined
    const reader = onReader()
    if (status === 'T' && reader && !sessionReadOnly && !transactionImposed) {
      transactionImposed = true
      return 'SET transaction_read_only = on'
    }
    if (status !== 'I') return undefined
    if (reader && !sessionReadOnly) {
      imposed = true
      return 'SET default_transaction_read_only = on'
    }
    if (!reader && imposed) {
      imposed = false
      return 'RESET default_transaction_read_only'
    }
    return undefined
  }

  function forward(whole: Buffer): void {
    const type = typeOf(whole)
    if ('QFS'.includes(type)) {
      owed++
      inBatch = false
    } else if ('PBDECH'.includes(type)) inBatch = true
    toServer(whole)
  }

  function fromClient(whole: Buffer): void {
    if (waiting) {
      waiting.push(whole)
      return
    }
    const first = typeOf(whole) === 'X' ? undefined : setting()
    if (first === undefined) {
      forward(whole)
    } else {
      waiting = [whole]
      toServer(query(first))
    }
  }

  function ready(whole: Buffer): void {
    status = String.fromCharCode(whole[5] ?? 0)
    if (status === 'I') transactionImposed = false
    if (waiting) {
      const messages = waiting
      waiting = undefined
      for (const each of messages) forward(each)
    } else {
      owed = Math.max(0, owed - 1)
      toClient(whole)
    }
  }

  return {
    fromClient,
    asIs: (type) => !isHeard(type) && (waiting === undefined || !isCompletion(type)),
    fromServer(whole) {
      const type = typeOf(whole)
      if (type === 'Z') {
        ready(whole)
        return
      }
      if (type === 'S') {
        const [name, value] = readParameterStatus(whole)
        if (name === 'default_transaction_read_only') sessionReadOnly = value === 'on'
      }
      if (type !== 'C' || !waiting) toClient(whole)
    },
  }
}

const isHeard = oneOf('ZS')
const isCompletion = oneOf('C')
