import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, type EmulatorEvent, startEmulator } from '../../../src/emulator/index.ts'
import { connectAs, psql, rdsToken, refusalOf } from '../clients.ts'

const sessionIdentity = {
  accessKeyId: 'ASIAQWERTYUIOPASDFGH',
  secretAccessKey: 'a+secret/that=is+forty/characters=long00',
  sessionToken: 'IQoJb3JpZ2luX2VjE+/=='.repeat(40),
  arn: 'arn:aws:sts::123456789012:assumed-role/app/session',
  allow: [{ action: 'rds-db:connect', user: 'app' }],
} as const

let emulator: Emulator
let clockShiftMs = 0
const events: EmulatorEvent[] = []
const pam = (user: string) => ({ code: '28000', message: `PAM authentication failed for user "${user}"` })

beforeAll(async () => {
  const master = {
    accessKeyId: 'AKIAQWERTYUIOPASDFGH',
    secretAccessKey: 'another+secret/that=is+forty/characters00',
    arn: 'arn:aws:iam::123456789012:user/master',
    allow: [{ action: 'rds-db:connect', user: '*' }],
  } as const
  emulator = await startEmulator({
    service: 'rds',
    database: 'shop',
    identities: [master, sessionIdentity],
    clock: () => new Date(Date.now() + clockShiftMs),
    onEvent: (event) => events.push(event),
  })
  const admin = await connectAs(emulator, { password: () => rdsToken(emulator) })
  await admin.query('CREATE ROLE app LOGIN')
  await admin.query('GRANT rds_iam TO app')
  await admin.query(`CREATE ROLE legacy LOGIN PASSWORD 'old habits'`)
  await admin.query('CREATE TABLE orders (id int)')
  await admin.end()
})
afterAll(() => emulator?.stop())

describe('a client that may', () => {
  test('logs in by token as the master, who owns the database and is no superuser', async () => {
    const client = await connectAs(emulator, { password: await rdsToken(emulator) })
    const { rows } = await client.query(`SELECT session_user AS who, current_database() AS db, rolsuper AS super,
      pg_has_role('rds_superuser', 'USAGE') AS rds FROM pg_roles WHERE rolname = session_user`)
    expect(rows).toEqual([{ who: 'postgres', db: 'shop', super: false, rds: true }])
    await client.end()
  })

  test('logs in with temporary credentials and their session token', async () => {
    const client = await connectAs(emulator, { user: 'app', password: await rdsToken(emulator, asSession()) })
    expect((await client.query('SELECT current_user AS who')).rows).toEqual([{ who: 'app' }])
    await expect(client.query('DROP TABLE orders')).rejects.toMatchObject({ code: '42501' })
    await client.end()
    expect(events).toContainEqual({ type: 'login', user: 'app', database: 'shop', arn: sessionIdentity.arn })
  })

  test('logs in by password when it is not in rds_iam, as PostgreSQL itself decides', async () => {
    const client = await connectAs(emulator, { user: 'legacy', password: 'old habits' })
    expect((await client.query('SELECT current_user AS who')).rows).toEqual([{ who: 'legacy' }])
    await client.end()
    const refusal = await refusalOf(connectAs(emulator, { user: 'legacy', password: 'wrong' }))
    expect(refusal).toEqual({ code: '28P01', message: 'password authentication failed for user "legacy"' })
  })

  test('gets 8 MB in and out through the relay', async () => {
    const client = await connectAs(emulator, { password: await rdsToken(emulator) })
    const text = 'x'.repeat(8_000_000)
    const { rows } = await client.query<{ back: string }>('SELECT $1::text AS back', [text])
    expect(rows[0]?.back === text).toBe(true)
    await client.end()
  })

  test("logs in with Debian's psql, certificate and host name verified", async () => {
    const token = await rdsToken(emulator)
    const { code, stdout, stderr } = await psql(emulator, {
      token,
      sql: 'SELECT ssl, current_user FROM (SELECT true AS ssl) s',
    })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 't|postgres', stderr: '' })
    const byPassword = await psql(emulator, { token: 'old habits', user: 'legacy', sql: 'SELECT current_user' })
    expect(byPassword.stdout).toBe('legacy')
  })
})

describe('a token is refused with the words of PAM', () => {
  const refused = async (token: string, user = 'postgres') =>
    expect(await refusalOf(connectAs(emulator, { user, password: token }))).toEqual(pam(user))
  const lastReason = () => events.findLast((event) => event.type === 'refused')?.reason

  test('when one character of it was changed', async () => {
    const token = await rdsToken(emulator)
    const at = token.indexOf('X-Amz-Signature=') + 'X-Amz-Signature='.length
    await refused(token.slice(0, at) + (token[at] === '0' ? '1' : '0') + token.slice(at + 1))
    expect(lastReason()).toBe('signature')
  })

  test.each([
    ['another user', { user: 'app' }],
    ['another host', { signHost: 'other.cluster-c1q2w3e4r5t6.eu-west-1.rds.amazonaws.com' }],
    ['another port', { signPort: 6432 }],
    ['another region', { region: 'eu-central-1' }],
    ['keys that nobody has', { accessKeyId: 'AKIANOBODYNOBODYNOBO' }],
    ['a wrong secret', { secretAccessKey: 'guess' }],
  ])('when it was signed for %s', async (_what, claims) => refused(await rdsToken(emulator, claims)))

  test('when it is 16 minutes old, and lets it in one minute before its end', async () => {
    const token = await rdsToken(emulator)
    clockShiftMs = 14 * 60_000
    await (await connectAs(emulator, { password: token })).end()
    clockShiftMs = 16 * 60_000
    await refused(token).finally(() => (clockShiftMs = 0))
    expect(lastReason()).toBe('expired')
  })

  test('when temporary credentials leave out or change their session token', async () => {
    const { accessKeyId, secretAccessKey } = sessionIdentity
    await refused(await rdsToken(emulator, { user: 'app', accessKeyId, secretAccessKey }), 'app')
    await refused(await rdsToken(emulator, { ...asSession(), sessionToken: 'another' }), 'app')
    expect(lastReason()).toBe('session-token')
  })

  test('when the policy names another user', async () => {
    await refused(await rdsToken(emulator, { ...asSession(), user: 'postgres' }))
    expect(lastReason()).toBe('not-authorized')
  })

  test('when it is a password', () => refused('old habits'))

  test("also by Debian's psql", async () => {
    const sql = 'SELECT 1'
    const { code, stderr } = await psql(emulator, { token: await rdsToken(emulator, { user: 'app' }), sql })
    expect(code).toBe(2)
    expect(stderr).toContain('FATAL:  PAM authentication failed for user "postgres"')
  })
})

describe('nobody gets in', () => {
  test('without TLS', async () => {
    const refusal = await refusalOf(connectAs(emulator, { ssl: false, password: 'x' }))
    const message = 'no pg_hba.conf entry for host "127.0.0.1", user "postgres", database "shop", no encryption'
    expect(refusal).toEqual({ code: '28000', message })
    const token = await rdsToken(emulator)
    const { code, stderr } = await psql(emulator, { token, sslmode: 'disable', sql: 'SELECT 1' })
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  test('as the true superuser, by token or by password', async () => {
    const token = await rdsToken(emulator, { user: 'rdsadmin' })
    const refusal = await refusalOf(connectAs(emulator, { user: 'rdsadmin', password: token }))
    expect(refusal).toMatchObject({ code: '28000', message: expect.stringContaining('pg_hba.conf rejects connection') })
  })

  test('to a database that does not exist, in the words of PostgreSQL', async () => {
    const refusal = await refusalOf(connectAs(emulator, { database: 'nowhere', password: await rdsToken(emulator) }))
    expect(refusal).toEqual({ code: '3D000', message: 'database "nowhere" does not exist' })
  })

  test('with a token once its membership in rds_iam is gone', async () => {
    const admin = await connectAs(emulator, { password: await rdsToken(emulator) })
    await admin.query('CREATE ROLE leaver LOGIN; GRANT rds_iam TO leaver')
    const token = await rdsToken(emulator, { user: 'leaver' })
    await (await connectAs(emulator, { user: 'leaver', password: token })).end()
    await admin.query('REVOKE rds_iam FROM leaver')
    await admin.end()
    const refusal = await refusalOf(connectAs(emulator, { user: 'leaver', password: token }))
    expect(refusal.message).toBe('password authentication failed for user "leaver"')
  })
})

test('an inherited membership in rds_iam makes an IAM user, one WITH INHERIT FALSE does not', async () => {
  const admin = await connectAs(emulator, { password: await rdsToken(emulator) })
  await admin.query(`CREATE ROLE team; GRANT rds_iam TO team;
    CREATE ROLE heir LOGIN; GRANT team TO heir; CREATE ROLE guest LOGIN; GRANT team TO guest WITH INHERIT FALSE`)
  await admin.end()
  expect(await refusalOf(connectAs(emulator, { user: 'heir', password: 'x' }))).toEqual(pam('heir'))
  expect(await refusalOf(connectAs(emulator, { user: 'guest', password: 'x' }))).toMatchObject({ code: '28P01' })
})

test('no event holds a token or a password', () => {
  expect(events.length).toBeGreaterThan(10)
  expect(JSON.stringify(events)).not.toMatch(/X-Amz-|old habits|secret\/that|IQoJ/)
})

function asSession() {
  const { accessKeyId, secretAccessKey, sessionToken } = sessionIdentity
  return { accessKeyId, secretAccessKey, sessionToken, user: 'app' }
}
