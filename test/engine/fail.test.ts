import { connect } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describe as describeError, explain } from '../../src/engine/fail.ts'
import { PrismaIamError } from '../../src/errors.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'

const name = { host: 'db.example', port: 5432, user: 'admin', database: 'shop' }
let server: TestPostgres

beforeAll(async () => {
  server = await testPostgres()
})
afterAll(async () => {
  await server.stop()
})

async function refusal(config: pg.ClientConfig): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url, connectionTimeoutMillis: 2000, ...config })
  return client.connect().then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('a login that fails', () => {
  test('for its password is P1000, with the words of the server', async () => {
    const wrong = server.url.replace(':loopback@', ':canary@')
    const { message, ...rest } = describeError(await refusal({ connectionString: wrong }), name)
    expect(rest).toEqual({ code: 'P1000' })
    expect(message).toContain('Authentication failed against database server at `db.example`')
    expect(message).toContain('FATAL: password authentication failed for user "postgres" (SQLSTATE 28P01)')
    expect(message).toMatch(/\nHint: .*rds_iam/)
    expect(message).not.toContain('canary')
  })

  test('for its database is P1003', async () => {
    const error = await refusal({ connectionString: server.urlOf('nowhere') })
    expect(describeError(error, name)).toMatchObject({ code: 'P1003', message: expect.stringContaining('`shop`') })
  })

  test('for a server without TLS is P1011', async () => {
    const message = expect.stringMatching(/\nHint: .* the port of PostgreSQL/)
    expect(describeError(await refusal({ ssl: true }), name)).toMatchObject({ code: 'P1011', message })
  })

  test('for a token is P1010, with where to look', () => {
    const words = 'PAM authentication failed for user "app"'
    const report = Object.assign(new pg.DatabaseError(words, 1, 'error'), { code: '28000', severity: 'FATAL' })
    expect(describeError(report, name)).toMatchObject({
      code: 'P1010',
      message: expect.stringMatching(/PAM auth.*\(SQLSTATE 28000\)\nHint: .*migrate --dry-run/),
    })
  })

  test('for a closed port is P1001, with the reason', async () => {
    const port = await closedPort()
    const error = await refusal({ connectionString: `postgresql://a:b@localhost:${port}/c` })
    const { message, ...rest } = describeError(error, name)
    expect(rest).toEqual({ code: 'P1001' })
    expect(message).toMatch(
      /Can't reach database server at `db.example:5432`(.|\n)+ECONNREFUSED.*\nHint: nobody listens there/,
    )
  })
})

test('a session that the server ended is P1017', async () => {
  const client = await server.connect()
  await expect(client.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toSatisfy(
    (error) => (describeError(error, name) as { code: string }).code === 'P1017',
  )
})

test('an error of this package keeps its words and its hint', () => {
  const error = new PrismaIamError('PRISMA_IAM_TOKEN_CREDENTIALS', 'No credentials.', { hint: 'Log in.' })
  expect(describeError(error)).toEqual({ message: 'No credentials.\nHint: Log in.' })
})

describe('explain', () => {
  const registry = (error?: unknown) => ({ consumeError: (id: number) => (id === 3 && error ? { error } : undefined) })
  const engineError = (message: string, code?: string) => Object.assign(new Error(message), code ? { code } : {})

  test("keeps the engine's own coded errors", () => {
    const failure = explain(engineError('no migration table', 'P3005'), registry(), name, undefined)
    expect(failure).toEqual({ is_panic: false, message: 'no migration table', error_code: 'P3005' })
  })

  test('puts the real error where the engine knows only a number', () => {
    const thrown = engineError(
      'Migration `1` failed. \nError:\nexternal connector error\nExternal error id#3\n   0: x',
      'P3006',
    )
    expect(explain(thrown, registry(new Error('boom')), name, undefined)).toEqual({
      is_panic: false,
      error_code: 'P3006',
      message: 'Migration `1` failed. \nError:\nboom\n   0: x',
    })
  })

  test('tells a panic as one', () => {
    const failure = explain(new Error('unreachable'), registry(), name, 'panicked at x.rs')
    expect(failure).toMatchObject({ is_panic: true, message: 'panicked at x.rs' })
  })
})

/** A port on which nothing listens: one that the kernel gave out a moment ago and took back. */
async function closedPort(): Promise<number> {
  const socket = connect(server.port, '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const port = socket.localPort ?? 0
  socket.destroy()
  return port
}
