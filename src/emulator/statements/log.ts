import { oneOf, typeOf } from '../wire/messages.ts'
import type { Filter, FilterEnds } from '../wire/relay.ts'
import { readBind, readClose, readExecute, readParse, readQuery } from '../wire/requests.ts'
import { readFields } from '../wire/responses.ts'
import { split } from './split.ts'

/** One statement as the client sent it, and what it was told. */
export interface ExecutedStatement {
  /** The backend's process id: what `pg_backend_pid()` answers in the session. */
  session: number
  user: string
  /** One statement of a script; in the extended protocol the text that was prepared, parameters not filled in. */
  text: string
  /** By `performance.now()`: when it was sent, but not before the session's statement before it had ended. */
  startedMs: number
  /** By `performance.now()`: when its answer left for the client, or its connection ended. */
  endedMs: number
  /** The tag (`suspended` where the client fetches in portions), the SQLSTATE, or that the connection ended first. */
  outcome: { tag: string } | { code: string } | 'unfinished'
}

/** Reads along between a client and what answers it. */
export interface StatementLog {
  /** What the client sends. */
  sent(whole: Buffer): void
  /** What the client is told. */
  told(whole: Buffer): void
  /** The connection has ended. */
  end(): void
}

/** What a Query, or a batch up to its Sync, will run; undefined for rows of a portal that was begun before. */
interface Turn {
  texts: (string | undefined)[]
  sentMs: number
}

/**
 * Reports each statement of a session when it ends.
 * @param now milliseconds of a clock that never goes back
 */
export function createStatementLog(
  who: Pick<ExecutedStatement, 'session' | 'user'>,
  onStatement: (statement: ExecutedStatement) => void,
  now: () => number = () => performance.now(),
): StatementLog {
  const prepared = new Map<string, string>()
  const portals = new Map<string, string | undefined>()
  let turns: Turn[] = []
  /** The last turn while it is a batch without its Sync. */
  let batch: Turn | undefined
  let freeMs = 0

  function finish(outcome: ExecutedStatement['outcome']): void {
    const [turn] = turns
    const text = turn?.texts.shift()
    if (!turn || text === undefined) return
    const startedMs = Math.max(turn.sentMs, freeMs)
    freeMs = now()
    onStatement({ ...who, text, startedMs, endedMs: freeMs, outcome })
  }

  function inBatch(): Turn {
    if (batch) return batch
    batch = { texts: [], sentMs: now() }
    turns.push(batch)
    return batch
  }

  function execute(portal: string): void {
    inBatch().texts.push(portals.get(portal))
    portals.set(portal, undefined)
  }

  return {
    sent(whole) {
      switch (typeOf(whole)) {
        case 'Q':
          // Behind a batch without a Sync there is one ReadyForQuery for both.
          inBatch().texts.push(...split(readQuery(whole)).map(({ text }) => text))
          batch = undefined
          break
        case 'P': {
          const { name, sql } = readParse(whole)
          prepared.set(name, sql)
          inBatch()
          break
        }
        case 'B': {
          const { portal, statement } = readBind(whole)
          portals.set(portal, prepared.get(statement))
          break
        }
        case 'E':
          execute(readExecute(whole))
          break
        case 'C': {
          const { kind, name } = readClose(whole)
          const closed = kind === 'S' ? prepared : portals
          closed.delete(name)
          break
        }
        case 'S':
          inBatch()
          batch = undefined
          break
      }
    },
    told(whole) {
      switch (typeOf(whole)) {
        case 'C':
          finish({ tag: whole.toString('utf8', 5, whole.length - 1) })
          break
        case 's':
          finish({ tag: 'suspended' })
          break
        case 'I':
          finish({ tag: '' })
          break
        case 'E':
          finish({ code: readFields(whole).get('C') ?? '' })
          break
        case 'Z':
          turns.shift()
          break
      }
    },
    end() {
      finish('unfinished')
      turns = []
    },
  }
}

const isTold = oneOf('CsIEZ')

/** Lets a log read along with a filter. */
export function logged(log: StatementLog, filter: (ends: FilterEnds) => Filter): (ends: FilterEnds) => Filter {
  return ({ toServer, toClient }) => {
    const inner = filter({
      toServer,
      toClient(whole) {
        log.told(whole)
        toClient(whole)
      },
    })
    return {
      fromClient(whole) {
        log.sent(whole)
        inner.fromClient(whole)
      },
      fromServer: inner.fromServer,
      asIs: (type) => inner.asIs?.(type) === true && !isTold(type),
      end: () => inner.end?.(),
    }
  }
}
