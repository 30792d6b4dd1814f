import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** The error object that Prisma's CLI prints; `error_code` is one of Prisma's own, as P3018. */
export interface RpcFailure {
  message: string
  is_panic: boolean
  error_code?: string
  meta?: Record<string, unknown>
  backtrace?: string
}

/** What answers one method; it may have Prisma's CLI print something before it answers. */
export type Handle = (
  method: string,
  params: unknown,
  print: (content: string) => Promise<void>,
) => Promise<{ result: unknown } | { failure: RpcFailure }>

interface Message {
  id?: number
  method?: string
  params?: unknown
}

/**
 * Speaks Prisma's engine protocol, newline-delimited JSON-RPC 2.0 in both directions, until the input ends.
 *
 * Requests are answered one after the other, in the order in which they came.
 *
 * @param onAbandoned called when the input ends before the last answer: nobody is left who wants the work done.
 */
export async function serveRpc(
  input: Readable,
  output: Writable,
  handle: Handle,
  onAbandoned: () => void,
): Promise<void> {
  const prints: (() => void)[] = []
  const send = (message: object) => void output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  // Prisma's CLI acknowledges a print, whose id is 0, before it takes the answer to its own request.
  const print = (content: string) =>
    new Promise<void>((acknowledged) => {
      prints.push(acknowledged)
      send({ id: 0, method: 'print', params: { content } })
    })

  let answered: Promise<void> = Promise.resolve()
  let unanswered = 0
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', (line) => {
    const message = readMessage(line)
    if (message === undefined) return
    if (message.method === undefined) return prints.shift()?.()
    const { id, method, params } = message
    unanswered++
    answered = answered.then(async () => {
      send({ id, ...answer(await handle(method, params, print)) })
      unanswered--
    })
  })
  await new Promise<void>((ended) => lines.once('close', ended))
  if (unanswered > 0) onAbandoned()
  await answered
}

function readMessage(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message
  } catch {
    return undefined
  }
}

/** The native engine answers every failure with this code, and Prisma's CLI reads `data` alone. */
const failureCode = 4466

function answer(outcome: Awaited<ReturnType<Handle>>): object {
  if ('result' in outcome) return { result: outcome.result ?? null }
  const { message, meta = null, ...rest } = outcome.failure
  return {
    error: {
      code: failureCode,
      message: 'An error happened. Check the data field for details.',
      data: { message, meta, ...rest },
    },
  }
}
