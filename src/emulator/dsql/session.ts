import { typeOf } from '../wire/messages.ts'
import { sync } from '../wire/requests.ts'
import { createAnswers } from './answers.ts'
import { createJudge } from './judge.ts'

/** What a filter needs of the connection it stands in. */
export interface DsqlSessionOptions {
  /** The role that logged in. */
  user: string
  /** Sends one whole message to PostgreSQL. */
  toServer(message: Buffer): void
  /** Sends one whole message to the client. */
  toClient(message: Buffer): void
}

/** One connection's filter; every message is whole: type byte, length, body. */
export interface DsqlSession {
  fromClient(message: Buffer): void
  fromServer(message: Buffer): void
}

/**
 * What the server was sent and has not answered. `batch`: messages of the extended protocol, and no Sync yet;
 * `query` and `sync`: ReadyForQuery is to come; `copy`: the server takes rows, and `copy` is what it goes back to.
 */
type Phase = 'ready' | 'batch' | 'query' | 'sync' | { copy: 'batch' | 'query' }

/**
 * Puts the rules of DSQL between a client and PostgreSQL, once the login is done. The parser must have been loaded,
 * as `prepareDsqlCatalog` does.
 *
 * Behind a Query or Sync the client's messages wait for ReadyForQuery, so that the state of the transaction is known
 * when they are judged. Within a batch each statement is judged as though those before it succeed, because behind a
 * failed one the server skips everything up to Sync anyway.
 */
export function createDsqlSession({ user, toServer, toClient }: DsqlSessionOptions): DsqlSession {
  const answers = createAnswers()
  const judge = createJudge(user, answers)
  const waiting: Buffer[] = []
  let phase: Phase = 'ready'
  let hiddenReady = 0

  function passes(whole: Buffer): boolean {
    // CopyData, CopyDone and CopyFail follow the server's invitation, or the server skips them.
    return (phase !== 'query' && phase !== 'sync') || 'dcf'.includes(typeOf(whole))
  }

  function drain(): void {
    for (let next = waiting[0]; next && passes(next); next = waiting[0]) {
      waiting.shift()
      forward(next)
    }
  }

  function forward(whole: Buffer): void {
    const type = typeOf(whole)
    if (typeof phase === 'object') {
      // The server ignores Sync and Flush among the rows.
      if (type === 'c' || type === 'f') phase = phase.copy
      toServer(whole)
    } else if (type === 'Q' || type === 'F') {
      forwardQuery(type, whole)
    } else {
      if (type === 'S') phase = 'sync'
      else if ('PBDECH'.includes(type)) phase = 'batch'
      toServer(judge.extended(type, whole))
    }
  }

  function forwardQuery(type: 'Q' | 'F', whole: Buffer): void {
    if (phase === 'batch') {
      // No driver does this. Whether the server will answer depends on what failed before; a Sync makes it sure.
      waiting.unshift(whole)
      hiddenReady++
      phase = 'sync'
      toServer(sync)
    } else {
      phase = 'query'
      toServer(type === 'Q' ? judge.simple(whole) : whole)
    }
  }

  function ready(whole: Buffer): void {
    judge.settle(String.fromCharCode(whole[5] ?? 0))
    answers.reset()
    phase = 'ready'
    if (hiddenReady > 0) hiddenReady--
    else toClient(whole)
    drain()
  }

  return {
    fromClient(whole) {
      waiting.push(whole)
      drain()
    },
    fromServer(whole) {
      const type = typeOf(whole)
      if (type === 'Z') {
        ready(whole)
        return
      }
      if (type === 'G') phase = { copy: phase === 'query' ? 'query' : 'batch' }
      if (type === 'E' && typeof phase === 'object') phase = phase.copy
      if (type === '1') judge.parsed()
      toClient('ENCIs'.includes(type) ? answers.rewrite(whole) : whole)
    },
  }
}
