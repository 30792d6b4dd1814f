import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../../../src/emulator/index.ts'
import { parseUpstream } from '../../../src/emulator/login/upstream.ts'
import { type TestPostgres, testPostgres } from '../../support/postgres.ts'
import { connectAs, dsqlToken, rdsToken, refusalOf } from '../clients.ts'

describe('a PostgreSQL that is not ours', () => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await testPostgres({ major: 16 })
  })
  afterAll(() => server.stop())

  test('is made into RDS: tokens for rds_iam, its own passwords for the rest', async () => {
    const emulator = await startEmulator({ service: 'rds', upstream: server.url, database: 'shop' })
    try {
      expect(emulator.admin).toBe('master')
      const master = await connectAs(emulator, { password: await rdsToken(emulator), application_name: 'mine' })
      const sql = `SELECT session_user AS who, current_setting('is_superuser') AS super, current_database() AS db,
        current_setting('application_name') AS app`
      expect((await master.query(sql)).rows).toEqual([{ who: 'master', super: 'off', db: 'shop', app: 'mine' }])
      await master.query(`CREATE ROLE clerk LOGIN PASSWORD 'pencil'`)
      await master.end()
      const clerk = await connectAs(emulator, { user: 'clerk', password: 'pencil' })
      expect((await clerk.query('SELECT session_user AS who')).rows).toEqual([{ who: 'clerk' }])
      await clerk.end()
      const nowhere = connectAs(emulator, { database: 'nowhere', password: await rdsToken(emulator) })
      expect(await refusalOf(nowhere)).toMatchObject({ code: '3D000' })
      // The superuser of the URL stays behind the door.
      const token = await rdsToken(emulator, { user: 'postgres' })
      expect(await refusalOf(connectAs(emulator, { user: 'postgres', password: token }))).toMatchObject({
        code: '28000',
      })
    } finally {
      await emulator.stop()
    }
  })

  test('is made into DSQL, and asked by md5 where it asks by md5', async () => {
    const owner = await server.connect()
    await owner.query(`SET password_encryption = 'md5'; CREATE ROLE old SUPERUSER LOGIN PASSWORD 'pencil'`)
    await owner.query(`COPY (SELECT 'host all old 127.0.0.1/32 md5' UNION ALL SELECT 'local all all trust'
      UNION ALL SELECT 'host all all 127.0.0.1/32 scram-sha-256') TO PROGRAM 'cat > pg_hba.conf'`)
    await owner.query('SELECT pg_reload_conf()')
    const upstream = server.url.replace('postgres:loopback', 'old:pencil')
    const emulator = await startEmulator({ service: 'dsql', upstream })
    try {
      const admin = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
      expect((await admin.query('SELECT session_user AS who')).rows).toEqual([{ who: 'admin' }])
      await admin.end()
    } finally {
      await emulator.stop()
    }
  })

  test('must be entered as a superuser, with the right password', async () => {
    const owner = await server.connect()
    await owner.query(`CREATE ROLE small LOGIN PASSWORD 'pencil'`)
    const as = (login: string) => server.url.replace('postgres:loopback', login)
    await expect(startEmulator({ service: 'rds', upstream: as('small:pencil') })).rejects.toThrow('not a superuser')
    await expect(startEmulator({ service: 'rds', upstream: as('small:pen') })).rejects.toMatchObject({ code: '28P01' })
  })
})

test.each([
  ['mysql://u:canary@h/d', 'not a PostgreSQL URL'],
  ['postgresql://h/d', 'not a PostgreSQL URL'],
  ['canary', 'not a PostgreSQL URL'],
  ['postgresql://u:canary@h/d?sslmode=require', 'without TLS'],
])('the URL %s is refused without repeating its password', (url, message) => {
  expect(() => parseUpstream(url)).toThrow(message)
  expect(() => parseUpstream(url)).not.toThrow('canary')
})

test('escapes in the URL are read', () => {
  expect(parseUpstream('postgres://a%20b:p%2Fw@[::1]:6432/d%C3%A9')).toEqual({
    kind: 'foreign',
    user: 'a b',
    password: 'p/w',
    host: '::1',
    port: 6432,
    database: 'dé',
  })
})
