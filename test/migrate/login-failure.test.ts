import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adminOf } from '../../src/migrate/admin.ts'

let server: Server
let port: number
const sockets: Socket[] = []

/** Takes the connection and says nothing. */
beforeEach(async () => {
  server = createServer((socket) => sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as { port: number }).port
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const env = {}
const admin = (query = '') => adminOf({ url: `postgresql://boss:canary@127.0.0.1:${port}/shop${query}` }, { env })

test('connect_timeout of the URL bounds the login, and what did not answer is told', async () => {
  const { connect, engineLogin } = await admin('?connect_timeout=1')
  const started = performance.now()
  await expect(connect()).rejects.toMatchObject({
    code: 'PRISMA_IAM_MIGRATE_LOGIN',
    message: expect.stringMatching(/^boss could not log in to shop at 127\.0\.0\.1:\d+: .* within 1000 ms: .*\nHint: /),
  })
  expect(performance.now() - started).toBeLessThan(5000)
  expect((await engineLogin()).login.connectTimeoutMs).toBe(1000)
})

test('the signal ends a login that nobody answers', async () => {
  const { connect } = await admin()
  const controller = new AbortController()
  const login = connect({ signal: controller.signal })
  await expect.poll(() => sockets.length).toBe(1)
  controller.abort(new Error('stopped'))
  await expect(login).rejects.toThrow('stopped')
  await expect(connect({ signal: controller.signal })).rejects.toThrow('stopped')
})

test('where a tunnel is dialled, both names are told', async () => {
  const tunnel = { host: '127.0.0.1', port: 1, signHost: 'x.cluster-c1.eu-west-1.rds.amazonaws.com' }
  const { connect } = await adminOf(
    { ...tunnel, user: 'postgres', database: 'shop', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    { env },
  )
  await expect(connect()).rejects.toThrow(
    /to shop at x\.cluster-c1\S+:\d+ \(dialled 127\.0\.0\.1:1\): .*ECONNREFUSED.*\nHint: nobody listens there/,
  )
})
