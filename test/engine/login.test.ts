import { existsSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type EngineLogin, type LoginSocket, requestLogin, serveLogins } from '../../src/engine/login.ts'
import { urlLogin } from '../../src/engine/url-login.ts'
import { PrismaIamError } from '../../src/errors.ts'

const login: EngineLogin = {
  login: {
    dial: { host: '127.0.0.1', port: 6000 },
    verify: { host: 'db.example', port: 5432 },
    user: 'admin',
    database: 'shop',
    password: 'canary',
    tls: { ca: ['PEM'] },
  },
  capabilities: { transactionalDdl: true, advisoryLocks: true, severalDatabases: true },
}

let socket: LoginSocket | undefined
afterEach(() => socket?.close())

describe('the login socket', () => {
  test('answers at once, for each engine anew', async () => {
    let asked = 0
    socket = serveLogins(async () => ({ ...login, login: { ...login.login, password: `token ${++asked}` } }))
    const first = await requestLogin(socket.path)
    expect(first).toMatchObject({ ...login, login: { password: 'token 1' } })
    expect((await requestLogin(socket.path)).login.password).toBe('token 2')
  })

  test('is closed to other users and leaves nothing behind', () => {
    socket = serveLogins(async () => login)
    const directory = dirname(socket.path)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    socket.close()
    expect(existsSync(directory)).toBe(false)
  })

  test('hands on the words of a login that fails', async () => {
    const failure = new PrismaIamError('PRISMA_IAM_TOKEN_CREDENTIALS', 'No credentials.', { hint: 'Log in.' })
    socket = serveLogins(() => Promise.reject(failure))
    await expect(requestLogin(socket.path)).rejects.toMatchObject({
      code: 'PRISMA_IAM_ENGINE_LOGIN',
      message: 'No credentials.\nHint: Log in.',
    })
  })

  test('tells the engine when the process that serves it is gone', async () => {
    socket = serveLogins(async () => login)
    const { gone } = await requestLogin(socket.path)
    expect(await Promise.race([gone.then(() => 'gone'), 'there'])).toBe('there')
    socket.close()
    await expect(gone).resolves.toBeUndefined()
    await expect(requestLogin(socket.path)).rejects.toMatchObject({ code: 'PRISMA_IAM_ENGINE_LOGIN' })
  })

  test('tells nothing to anything but an engine', async () => {
    socket = serveLogins(async () => login)
    const stranger = connect(socket.path)
    let heard = ''
    stranger.on('data', (chunk) => (heard += chunk))
    stranger.write('GET / HTTP/1.1\n')
    await new Promise((resolve) => stranger.once('close', resolve))
    expect(heard).toBe('')
  })
})

describe('urlLogin', () => {
  test('takes a password URL as it is', async () => {
    expect(await urlLogin('postgresql://me:p%40ss@localhost:5433/shop?schema=app', {})).toMatchObject({
      login: {
        dial: { host: 'localhost', port: 5433 },
        user: 'me',
        database: 'shop',
        password: 'p@ss',
        schema: 'app',
        tls: 'off',
      },
      capabilities: { transactionalDdl: true, advisoryLocks: true, severalDatabases: true },
    })
  })

  test("verifies TLS towards AWS, also for the master's password", async () => {
    const { login } = await urlLogin('postgresql://me:secret@db.abc123.eu-west-1.rds.amazonaws.com/shop', {})
    expect(login).toMatchObject({
      password: 'secret',
      tls: { ca: expect.arrayContaining([expect.stringContaining('BEGIN CERTIFICATE')]) },
    })
  })

  test.each([undefined, 'postgresql://me@db.abc123.eu-west-1.rds.amazonaws.com/shop'])(
    'says what to do where only a token would do: %s',
    async (url) => {
      await expect(urlLogin(url, {})).rejects.toMatchObject({
        code: 'PRISMA_IAM_ENGINE_LOGIN',
        hint: expect.stringContaining('prisma-iam migrate'),
      })
    },
  )

  test.each(['mysql://me:canary@h/d', 'postgresql://:canary@h', 'postgresql://me:can%ary@h/d'])(
    'repeats no password of a URL that it cannot use: %s',
    async (url) => {
      await expect(urlLogin(url, {})).rejects.toMatchObject({
        code: 'PRISMA_IAM_CONFIG_INVALID',
        message: expect.not.stringMatching(/can(ary|%ary)/),
      })
    },
  )
})
