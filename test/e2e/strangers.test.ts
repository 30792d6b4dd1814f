import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/emulator/index.ts'
import { connectAs, dsqlToken, psql, rdsToken, type TokenClaims } from '../emulator/clients.ts'

// Clients and signers that are not ours: Debian's psql, pg by itself, and AWS's packages.

const session = {
  accessKeyId: 'ASIASTRANGERSTRANGER',
  secretAccessKey: 'a+secret/that=is+forty/characters=long00',
  sessionToken: 'IQoJb3JpZ2luX2VjE+/=='.repeat(40),
  arn: 'arn:aws:sts::123456789012:assumed-role/app/session',
  allow: [{ action: 'rds-db:connect', user: '*' }, { action: 'dsql:DbConnectAdmin' }],
} as const

let rds: Emulator
let dsql: Emulator
let aheadMs = 0

beforeAll(async () => {
  const clock = () => new Date(Date.now() + aheadMs)
  ;[rds, dsql] = await Promise.all([
    startEmulator({ service: 'rds', database: 'shop', identities: [session], clock }),
    startEmulator({ service: 'dsql', identities: [session], clock }),
  ])
})
afterAll(() => Promise.all([rds?.stop(), dsql?.stop()]))

const { accessKeyId, secretAccessKey, sessionToken } = session
const rdsSigned = (claims: TokenClaims = {}) => rdsToken(rds, { accessKeyId, secretAccessKey, sessionToken, ...claims })
const dsqlSigned = (claims: TokenClaims = {}, action: 'admin' | 'plain' = 'admin') =>
  dsqlToken(dsql, action, { accessKeyId, secretAccessKey, sessionToken, ...claims })
const changed = (token: string) =>
  token.replace(/(Signature=)(.)/, (_all, name, digit) => name + (digit === '0' ? '1' : '0'))
const ask = (emulator: Emulator, token: string, sslmode?: string) =>
  psql(emulator, { token, sql: 'SELECT current_user', ...(sslmode === undefined ? {} : { sslmode }) })

describe("Debian's psql with sslmode=verify-full", () => {
  it('gets in with a token of AWS’s signer and temporary credentials', async () => {
    expect(await ask(rds, await rdsSigned())).toMatchObject({ code: 0, stdout: 'postgres' })
    expect(await ask(dsql, await dsqlSigned())).toMatchObject({ code: 0, stdout: 'admin' })
  })

  it.each<[string, () => Promise<string>]>([
    ['changed by one character', async () => changed(await rdsSigned())],
    ['for another user', () => rdsSigned({ user: 'app' })],
    ['for another host', () => rdsSigned({ signHost: 'other.cluster-c1q2w3e4r5t6.eu-west-1.rds.amazonaws.com' })],
    ['for another port', () => rdsSigned({ signPort: 5433 })],
    ['for another region', () => rdsSigned({ region: 'us-east-1' })],
    ['without its session token', () => rdsToken(rds, { accessKeyId, secretAccessKey })],
  ])('is refused by Aurora with a token %s', async (_what, token) => {
    const { code, stderr } = await ask(rds, await token())
    expect(code).toBe(2)
    expect(stderr).toContain('FATAL:  PAM authentication failed for user "postgres"')
  })

  it.each<[string, () => Promise<string>, RegExp]>([
    ['changed by one character', async () => changed(await dsqlSigned()), /access denied/],
    [
      'for another user',
      () => dsqlSigned({}, 'plain'),
      /HINT: +Wrong user to action mapping. user: admin, action: DbConnect$/m,
    ],
    ['for another host', () => dsqlSigned({ signHost: 'other.dsql.eu-west-1.on.aws' }), /access denied/],
    ['for another region', () => dsqlSigned({ region: 'us-east-1' }), /access denied/],
    ['without its session token', () => dsqlToken(dsql, 'admin', { accessKeyId, secretAccessKey }), /access denied/],
  ])('is refused by DSQL with a token %s', async (_what, token, words) => {
    const { code, stderr } = await ask(dsql, await token())
    expect(code).toBe(2)
    expect(stderr).toMatch(/FATAL: +unable to accept connection, access denied/)
    expect(stderr).toMatch(words)
  })

  it('is refused with a token that is 16 minutes old', async () => {
    const [forRds, forDsql] = [await rdsSigned(), await dsqlSigned()]
    aheadMs = 16 * 60_000
    const [aurora, cluster] = [await ask(rds, forRds), await ask(dsql, forDsql)]
    aheadMs = 0
    expect(aurora.stderr).toContain('PAM authentication failed for user "postgres"')
    expect(cluster.stderr).toMatch(/HINT: +Signature expired/)
  })

  it('is refused without TLS', async () => {
    const { code, stderr } = await ask(rds, await rdsSigned(), 'disable')
    expect(code).toBe(2)
    expect(stderr).toMatch(/no pg_hba.conf entry for host "127.0.0.1", user "postgres", database "shop", no encryption/)
    expect((await ask(dsql, await dsqlSigned(), 'disable')).code).toBe(2)
  })
})

describe('pg by itself', () => {
  it('gets in by direct TLS, without asking for it first', async () => {
    for (const [emulator, password] of [
      [rds, await rdsSigned()],
      [dsql, await dsqlSigned()],
    ] as const) {
      const client = await connectAs(emulator, { password, sslnegotiation: 'direct' })
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
      await client.end()
    }
  })
})
