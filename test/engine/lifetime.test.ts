import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EngineLogin, type LoginSocket, serveLogins } from '../../src/engine/login.ts'
import { type TestPostgres, testPostgres } from '../support/postgres.ts'
import { migrations } from './in-process.ts'
import { type Project, testProject } from './project.ts'

const slow = {
  '0001_slow': 'CREATE TABLE a ();\nSELECT pg_sleep(1);\nCREATE TABLE b ();',
  '0002_next': 'CREATE TABLE c ();',
}

let server: TestPostgres
let project: Project
/** Prisma's CLI shows it; who logs in, and where to, is said by the socket. */
let url: string
let database: string
let socket: LoginSocket
let engine: ChildProcess | undefined

beforeAll(async () => {
  server = await testPostgres()
  url = `postgresql://${server.superuser}@127.0.0.1:${server.port}`
  project = await testProject(url)
})
beforeEach(async () => {
  database = await server.createDatabase()
  socket = serveLogins(async () => login(database))
})
afterEach(() => {
  engine?.kill('SIGKILL')
  socket.close()
})
afterAll(async () => {
  await project.remove()
  await server.stop()
})

function login(name: string): EngineLogin {
  const address = { host: '127.0.0.1', port: server.port }
  return {
    login: { dial: address, verify: address, user: server.superuser, database: name, password: 'loopback', tls: 'off' },
    capabilities: { transactionalDdl: true, advisoryLocks: true, severalDatabases: true },
  }
}

/** An engine that has been told to apply migrations and is in the middle of the first. */
async function engineAtWork(): Promise<{ child: ChildProcess; ended: Promise<number | null>; heard: () => string }> {
  const child = spawn(process.execPath, [project.engine, '--datasource', JSON.stringify({ url })], {
    env: { PATH: process.env.PATH, PRISMA_IAM_ENGINE_SOCKET: socket.path },
  })
  engine = child
  let heard = ''
  child.stdout.on('data', (chunk) => (heard += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.stdin.write(
    `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'applyMigrations', params: migrations(slow) })}\n`,
  )
  await until("SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1)%' AND application_name LIKE 'prisma-iam%'")
  return { child, ended, heard: () => heard }
}

async function until(sql: string): Promise<void> {
  const client = await server.connect()
  for (let tries = 0; (await client.query(sql)).rowCount === 0; tries++) {
    if (tries > 500) throw new Error(`never true: ${sql}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await client.end()
}

async function leftBehind(): Promise<unknown> {
  await until("SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'prisma-iam%')")
  const client = await server.connect({ database })
  const { rows } = await client.query(
    "SELECT to_regclass('a') AS a, to_regclass('b') AS b, to_regclass('c') AS c, (SELECT count(*)::int FROM _prisma_migrations) AS history",
  )
  await client.end()
  return rows[0]
}

const nothing = { a: null, b: null, c: null, history: 0 }

test('an engine whose wrapper is gone sends no further statement and ends', async () => {
  const { ended, heard } = await engineAtWork()
  socket.close()
  expect(await ended).toBe(1)
  expect(heard()).toBe('')
  expect(await leftBehind()).toEqual(nothing)
})

test("an engine whose CLI is gone does not finish the CLI's work", async () => {
  const { child, ended } = await engineAtWork()
  child.stdin?.end()
  expect(await ended).toBe(1)
  expect(await leftBehind()).toEqual(nothing)
})

test('an engine that is killed leaves nothing, and the next run does it all', async () => {
  const { child, ended } = await engineAtWork()
  child.kill('SIGKILL')
  await ended
  expect(await leftBehind()).toEqual(nothing)
  await project.migrate(slow)
  const run = await project.prisma(['migrate', 'deploy'], { PRISMA_IAM_ENGINE_SOCKET: socket.path })
  expect(run).toMatchObject({ code: 0 })
  expect(await leftBehind()).toEqual({ a: 'a', b: 'b', c: 'c', history: 2 })
})

test.runIf(process.platform === 'linux')(
  'what the CLI hands to the engine holds no password, and the engine still gets in',
  async () => {
    const { child } = await engineAtWork()
    const [argv, env] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${child.pid}/${file}`, 'utf8')),
    )
    expect(env).toContain('PRISMA_IAM_ENGINE_SOCKET')
    expect(`${argv}${env}`).not.toContain('loopback')
  },
)
