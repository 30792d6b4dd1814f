import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { type Handle, serveRpc } from '../../src/engine/rpc.ts'

function conversation(handle: Handle) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const lines: Record<string, unknown>[] = []
  output.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) lines.push(JSON.parse(line))
  })
  const onAbandoned = vi.fn()
  const ended = serveRpc(input, output, handle, onAbandoned)
  const say = (message: object) => input.write(`${JSON.stringify(message)}\n`)
  return { input, lines, say, ended, onAbandoned }
}

test('answers in the order of the questions, however long each takes', async () => {
  const { input, lines, say, ended, onAbandoned } = conversation(async (method, params) => {
    if (method === 'slow') await new Promise((resolve) => setTimeout(resolve, 20))
    return { result: params }
  })
  say({ jsonrpc: '2.0', id: 1, method: 'slow', params: { a: 1 } })
  say({ jsonrpc: '2.0', id: 2, method: 'fast', params: { b: 2 } })
  await vi.waitFor(() => expect(lines).toHaveLength(2))
  input.end()
  await ended
  expect(lines).toEqual([
    { jsonrpc: '2.0', id: 1, result: { a: 1 } },
    { jsonrpc: '2.0', id: 2, result: { b: 2 } },
  ])
  expect(onAbandoned).not.toHaveBeenCalled()
})

test('prints, waits for the acknowledgement, then answers', async () => {
  const { input, lines, say, ended } = conversation(async (_method, _params, print) => {
    await print('CREATE TABLE a ();')
    return { result: { exitCode: 0 } }
  })
  say({ jsonrpc: '2.0', id: 1, method: 'diff', params: {} })
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  expect(lines).toEqual([{ jsonrpc: '2.0', id: 0, method: 'print', params: { content: 'CREATE TABLE a ();' } }])
  say({ jsonrpc: '2.0', id: 0, result: {} })
  await vi.waitFor(() => expect(lines[1]).toEqual({ jsonrpc: '2.0', id: 1, result: { exitCode: 0 } }))
  input.end()
  await ended
})

test("tells a failure in the shape that Prisma's CLI reads", async () => {
  const failure = { message: 'no', is_panic: false, error_code: 'P3018' }
  const { input, lines, say, ended } = conversation(async () => ({ failure }))
  say({ jsonrpc: '2.0', id: 7, method: 'applyMigrations', params: {} })
  input.write('not JSON\n')
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  input.end()
  await ended
  expect(lines[0]).toMatchObject({ id: 7, error: { code: 4466, data: { ...failure, meta: null } } })
})

test('tells when the CLI is gone while it waits for an answer', async () => {
  let finish = () => {}
  const { input, say, ended, onAbandoned } = conversation(
    () => new Promise((resolve) => (finish = () => resolve({ result: null }))),
  )
  say({ jsonrpc: '2.0', id: 1, method: 'applyMigrations', params: {} })
  input.end()
  await vi.waitFor(() => expect(onAbandoned).toHaveBeenCalledOnce())
  finish()
  await ended
})
