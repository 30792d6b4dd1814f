import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, type EmulatorEvent, startEmulator } from '../../../src/emulator/index.ts'
import { connectAs, dsqlToken, psql, refusalOf } from '../clients.ts'

const operator = {
  accessKeyId: 'AKIAQWERTYUIOPASDFGH',
  secretAccessKey: 'another+secret/that=is+forty/characters00',
  arn: 'arn:aws:iam::123456789012:role/operator',
  allow: [{ action: 'dsql:DbConnectAdmin' }, { action: 'dsql:DbConnect' }],
} as const
const app = {
  accessKeyId: 'ASIAQWERTYUIOPASDFGH',
  secretAccessKey: 'a+secret/that=is+forty/characters=long00',
  sessionToken: 'IQoJb3JpZ2luX2VjE+/=='.repeat(40),
  arn: 'arn:aws:iam::123456789012:role/app',
  allow: [{ action: 'dsql:DbConnect' }],
} as const

let emulator: Emulator
let clockShiftMs = 0
const events: EmulatorEvent[] = []
const denied = (hint?: string) => ({
  code: '08006',
  message: 'unable to accept connection, access denied',
  ...(hint === undefined ? {} : { hint }),
})

beforeAll(async () => {
  emulator = await startEmulator({
    service: 'dsql',
    identities: [operator, app],
    clock: () => new Date(Date.now() + clockShiftMs),
    onEvent: (event) => events.push(event),
  })
  const admin = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
  await admin.query('CREATE ROLE app WITH LOGIN')
  await admin.query(`AWS IAM GRANT app TO '${app.arn}'`)
  await admin.end()
})
afterAll(() => emulator?.stop())

describe('a client that may', () => {
  test('logs in as admin by DbConnectAdmin, on what says it is version 16.15', async () => {
    const client = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
    expect((await client.query('SELECT current_user AS who')).rows).toEqual([{ who: 'admin' }])
    await client.end()
    const token = await dsqlToken(emulator, 'admin')
    const shell = await psql(emulator, { token, sql: '\\echo :SERVER_VERSION_NAME' })
    expect(shell.stdout).toContain('16.15')
  })

  test('logs in as a mapped role by DbConnect, with a session token', async () => {
    const client = await connectAs(emulator, { user: 'app', password: await dsqlToken(emulator, 'plain', app) })
    expect((await client.query('SELECT current_user AS who')).rows).toEqual([{ who: 'app' }])
    await client.end()
    expect(events).toContainEqual({ type: 'login', user: 'app', database: 'postgres', arn: app.arn })
  })

  test('meets the rules of DSQL behind the login', async () => {
    const client = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
    await expect(client.query('CREATE TABLE a (id int); CREATE TABLE b (id int)')).rejects.toMatchObject({
      code: '0A000',
      message: 'multiple ddl statements not supported in a transaction',
    })
    await client.end()
  })

  test('gets 8 MB in and out, and a message above 10 MiB is its last', async () => {
    const client = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
    const text = 'x'.repeat(8_000_000)
    const { rows } = await client.query<{ back: string }>('SELECT $1::text AS back', [text])
    expect(rows[0]?.back === text).toBe(true)
    await expect(client.query('SELECT $1::text', ['x'.repeat(10 * 1024 * 1024)])).rejects.toThrow()
  })

  test('what it sent before it left is done', async () => {
    const admin = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
    await admin.query('CREATE TABLE parting (word text)')
    const guest = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
    void guest.query(`INSERT INTO parting VALUES ('bye')`).catch(() => {})
    await guest.end()
    await expect.poll(async () => (await admin.query('SELECT word FROM parting')).rowCount).toBe(1)
    await admin.end()
  })
})

describe('access is denied with a hint', () => {
  const login = (user: string, token: string) => refusalOf(connectAs(emulator, { user, password: token }))

  test('for a plain token as admin', async () => {
    const refusal = await login('admin', await dsqlToken(emulator, 'plain'))
    expect(refusal).toEqual(denied('Wrong user to action mapping. user: admin, action: DbConnect'))
  })

  test('for an admin token as another role', async () => {
    const refusal = await login('app', await dsqlToken(emulator, 'admin'))
    expect(refusal).toEqual(denied('Wrong user to action mapping. user: app, action: DbConnectAdmin'))
  })

  test('for a token 16 minutes old', async () => {
    const token = await dsqlToken(emulator, 'admin')
    clockShiftMs = 16 * 60_000
    const refusal = await login('admin', token).finally(() => (clockShiftMs = 0))
    expect(refusal).toEqual(denied(expect.stringMatching(/^Signature expired: /)))
  })

  test('for an identity whose policy does not allow the action', async () => {
    const refusal = await login('admin', await dsqlToken(emulator, 'admin', app))
    const hint = `User: ${app.arn} is not authorized to perform: dsql:DbConnectAdmin`
    expect(refusal).toEqual(denied(expect.stringContaining(hint)))
  })

  test.each(['app', 'nobody'])('for an identity that is not mapped to role "%s"', async (user) => {
    const refusal = await login(user, await dsqlToken(emulator, 'plain'))
    expect(refusal).toEqual(denied(expect.stringContaining(operator.arn)))
  })

  test.each([
    ['another host', { signHost: 'aaaaaaaaaaaaaaaaaaaaaaaaaa.dsql.eu-west-1.on.aws' }],
    ['another region', { region: 'us-east-1' }],
    ['a wrong secret', { secretAccessKey: 'guess' }],
  ])('or without one, for %s', async (_what, claims) => {
    expect(await login('admin', await dsqlToken(emulator, 'admin', claims))).toMatchObject(denied())
  })
})

describe('nobody gets in', () => {
  test('without naming the cluster in the TLS handshake', async () => {
    const ssl = { ca: emulator.ca, checkServerIdentity: () => undefined }
    const refusal = await refusalOf(connectAs(emulator, { ssl, password: await dsqlToken(emulator, 'admin') }))
    expect(refusal).toEqual({ code: '08006', message: 'unable to accept connection, sni was not received' })
  })

  test('without TLS', async () => {
    const refusal = await refusalOf(connectAs(emulator, { ssl: false, password: 'x' }))
    expect(refusal.message).toMatch(/^unable to accept connection/)
  })

  test('to another database', async () => {
    const password = await dsqlToken(emulator, 'admin')
    const refusal = await refusalOf(connectAs(emulator, { database: 'template1', password }))
    expect(refusal).toEqual({ code: '3D000', message: 'database "template1" does not exist' })
  })

  test('with a mapping that was revoked', async () => {
    const admin = await connectAs(emulator, { password: await dsqlToken(emulator, 'admin') })
    const token = await dsqlToken(emulator, 'plain', app)
    await admin.query(`AWS IAM REVOKE app FROM '${app.arn}'`)
    expect(await refusalOf(connectAs(emulator, { user: 'app', password: token }))).toMatchObject(denied())
    await admin.query(`AWS IAM GRANT app TO '${app.arn}'`)
    await admin.end()
    await (await connectAs(emulator, { user: 'app', password: token })).end()
  })
})

test('options that a cluster does not have are refused', async () => {
  await expect(startEmulator({ service: 'dsql', database: 'shop' })).rejects.toThrow('On DSQL the database is always')
})
