import { describe, expect, it } from 'vitest'
import type { Identity } from '../../../src/emulator/token/identity.ts'
import { type Verdict, verifyToken } from '../../../src/emulator/token/verify.ts'
import { alice, dsql, rds, resign, sign } from '../tokens.ts'

const users = [
  'app',
  'admin',
  'App User',
  '100%',
  'a+b',
  'a/b',
  'a@b.c',
  `it's "q"`,
  "(!*')",
  'Jürgen',
  '名前🦀',
  '&x=1',
  '~-._',
]
const regions = [
  'us-east-1',
  'eu-west-1',
  'eu-central-2',
  'cn-north-1',
  'us-gov-west-1',
  'ap-southeast-5',
  'il-central-1',
]
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000)
const reason = (verdict: Verdict): string => (verdict.ok ? 'accepted' : verdict.reason)

describe('a token signed by AWS itself', () => {
  it.each(regions)('opens every user of RDS and DSQL in %s', async (region) => {
    for (const user of users) {
      for (const expected of [rds({ region, user }), dsql({ region, user })]) {
        const token = await sign(expected, alice)
        expect(verifyToken(token, expected, [alice], new Date()), token).toEqual({ ok: true, identity: alice })
      }
    }
  })

  it('opens with a long session token, and only with exactly it', async () => {
    const sessionToken = 'FwoGZXIvYXdzE+/='.repeat(125)
    const session: Identity = { ...alice, accessKeyId: 'ASIASESSION', sessionToken }
    const other: Identity = { ...session, sessionToken: `${sessionToken.slice(0, -1)}A` }
    const { sessionToken: _, ...without } = session
    for (const expected of [rds(), dsql()]) {
      const token = await sign(expected, session)
      expect(token.length).toBeGreaterThan(2000)
      expect(verifyToken(token, expected, [session], new Date()).ok).toBe(true)
      expect(reason(verifyToken(token, expected, [other], new Date()))).toBe('session-token')
      expect(reason(verifyToken(token, expected, [without], new Date()))).toBe('session-token')
      const bare = await sign(expected, without)
      expect(reason(verifyToken(bare, expected, [session], new Date()))).toBe('session-token')
    }
  })

  it('is judged the same whatever the order of its parameters', async () => {
    const token = await sign(rds(), alice)
    const [host, query = ''] = token.split('/?')
    const reversed = `${host}/?${query.split('&').reverse().join('&')}`
    expect(verifyToken(reversed, rds(), [alice], new Date()).ok).toBe(true)
  })

  it('names the identity it belongs to among several', async () => {
    const bob: Identity = { ...alice, accessKeyId: 'AKIABOB', arn: 'arn:aws:iam::123456789012:user/bob' }
    const token = await sign(rds(), bob)
    expect(verifyToken(token, rds(), [alice, bob], new Date())).toEqual({ ok: true, identity: bob })
    expect(reason(verifyToken(token, rds(), [alice], new Date()))).toBe('unknown-key')
  })
})

describe('a token for something else is refused', () => {
  it.each([
    ['host', rds({ signHost: 'other.cluster-c0ffee.eu-west-1.rds.amazonaws.com' }), rds()],
    ['host', rds({ signPort: 5433 }), rds()],
    ['scope', rds({ region: 'eu-west-2', signHost: rds().signHost }), rds()],
    ['user', rds({ user: 'App' }), rds()],
    ['user', rds({ user: 'app ' }), rds()],
    ['malformed', dsql({ signHost: rds().signHost, region: 'eu-west-1' }), rds()],
    ['malformed', rds({ signHost: dsql().signHost, region: 'eu-central-1' }), dsql()],
    ['host', dsql({ signHost: `${dsql().signHost}:5432` }), dsql()],
    ['scope', dsql({ region: 'us-east-1', signHost: dsql().signHost }), dsql()],
    ['action', dsql({ user: 'admin' }), dsql({ user: 'app' })],
    ['action', dsql({ user: 'app' }), dsql({ user: 'admin' })],
    ['action', dsql({ user: 'admin' }), dsql({ user: 'Admin' })],
  ])('%s', async (expected, signedFor, login) => {
    const token = await sign(signedFor, alice)
    expect(reason(verifyToken(token, login, [alice], new Date()))).toBe(expected)
  })

  it("with DSQL's hint on the wrong action", async () => {
    const plain = verifyToken(await sign(dsql(), alice), dsql({ user: 'admin' }), [alice], new Date())
    expect(plain).toMatchObject({ hint: 'Wrong user to action mapping. user: admin, action: DbConnect' })
    const admin = verifyToken(await sign(dsql({ user: 'admin' }), alice), dsql(), [alice], new Date())
    expect(admin).toMatchObject({ hint: 'Wrong user to action mapping. user: app, action: DbConnectAdmin' })
  })

  it('when it was signed with another secret key', async () => {
    const token = await sign(rds(), { ...alice, secretAccessKey: `${alice.secretAccessKey}x` })
    expect(reason(verifyToken(token, rds(), [alice], new Date()))).toBe('signature')
  })
})

describe('a token that its owner signed well and filled wrongly is refused', () => {
  const scope = (day: string, ...rest: string[]) => [alice.accessKeyId, day, ...rest].join('/')
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')

  it('while one that is only signed again is accepted', async () => {
    for (const login of [rds(), rds({ user: 'a b+c' }), dsql()]) {
      const again = resign(await sign(login, alice), {}, alice)
      expect(verifyToken(again, login, [alice], new Date()).ok, again).toBe(true)
    }
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['algorithm', { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA1' }],
    ['malformed', { 'X-Amz-SignedHeaders': 'host;x-amz-date' }],
    ['malformed', { 'X-Amz-SignedHeaders': undefined }],
    ['malformed', { 'X-Amz-Expires': '901' }],
    ['malformed', { 'X-Amz-Expires': '0' }],
    ['malformed', { 'X-Amz-Expires': '-1' }],
    ['malformed', { 'X-Amz-Expires': '9e2' }],
    ['malformed', { 'X-Amz-Expires': '0900' }],
    ['malformed', { 'X-Amz-Expires': '' }],
    ['malformed', { 'X-Amz-Date': `${today}T250000Z` }],
    ['malformed', { 'X-Amz-Date': '20260231T000000Z' }],
    ['malformed', { 'X-Amz-Date': new Date().toISOString() }],
    ['malformed', { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }],
    ['malformed', { DBUser: undefined }],
    ['user', { DBUser: '' }],
    ['action', { Action: 'Connect' }],
    ['scope', { 'X-Amz-Credential': scope(yesterday, 'eu-west-1', 'rds-db', 'aws4_request') }],
    ['scope', { 'X-Amz-Credential': scope(today, 'eu-west-1', 'dsql', 'aws4_request') }],
    ['scope', { 'X-Amz-Credential': scope(today, 'eu-west-1', 'rds-db', 'aws4') }],
    ['scope', { 'X-Amz-Credential': alice.accessKeyId }],
    ['session-token', { 'X-Amz-Security-Token': 'x' }],
  ])('%s: %o', async (expected, changes) => {
    const token = resign(await sign(rds(), alice), changes, alice)
    expect(reason(verifyToken(token, rds(), [alice], new Date()))).toBe(expected)
  })

  it.each<[string, Record<string, string>]>([
    ['accepted', { 'X-Amz-Expires': '604800' }],
    ['malformed', { 'X-Amz-Expires': '604801' }],
    ['malformed', { DBUser: 'app' }],
    ['action', { Action: 'dbconnect' }],
  ])('on DSQL %s: %o', async (expected, changes) => {
    const token = resign(await sign(dsql(), alice), changes, alice)
    expect(reason(verifyToken(token, dsql(), [alice], new Date()))).toBe(expected)
  })
})

describe('a token lives from its date to its expiry', () => {
  it('of 15 minutes on RDS', async () => {
    const token = await sign(rds(), alice)
    expect(verifyToken(token, rds(), [alice], minutes(14.9)).ok).toBe(true)
    expect(reason(verifyToken(token, rds(), [alice], minutes(15.1)))).toBe('expired')
  })

  it('of its own choice up to a week on DSQL', async () => {
    const brief = await sign(dsql(), alice, 30)
    expect(verifyToken(brief, dsql(), [alice], minutes(0.4)).ok).toBe(true)
    expect(verifyToken(brief, dsql(), [alice], minutes(0.6))).toMatchObject({
      reason: 'expired',
      hint: expect.stringMatching(/^Signature expired: \d{8}T\d{6}Z is now earlier than /),
    })
    const week = await sign(dsql(), alice, 604_800)
    expect(verifyToken(week, dsql(), [alice], minutes(7 * 24 * 60 - 1)).ok).toBe(true)
    expect(reason(verifyToken(await sign(dsql(), alice, 0), dsql(), [alice], new Date()))).toBe('malformed')
  })

  it('and a clock that runs ahead by up to five minutes is forgiven', async () => {
    const token = await sign(rds(), alice)
    expect(verifyToken(token, rds(), [alice], minutes(-4.9)).ok).toBe(true)
    expect(reason(verifyToken(token, rds(), [alice], minutes(-5.1)))).toBe('not-yet-valid')
  })
})

describe('a policy', () => {
  const may = (...allow: Identity['allow']): Identity => ({ ...alice, allow })

  it('of RDS allows its users by exact name', async () => {
    const identity = may({ action: 'rds-db:connect', user: 'app' })
    expect(verifyToken(await sign(rds(), alice), rds(), [identity], new Date()).ok).toBe(true)
    const other = rds({ user: 'APP' })
    expect(reason(verifyToken(await sign(other, alice), other, [identity], new Date()))).toBe('not-authorized')
  })

  it('of DSQL allows each action apart, and the refusal says which', async () => {
    const plain = may({ action: 'dsql:DbConnect' })
    const admin = may({ action: 'dsql:DbConnectAdmin' })
    const [app, root] = [dsql(), dsql({ user: 'admin' })]
    expect(verifyToken(await sign(app, alice), app, [plain], new Date()).ok).toBe(true)
    expect(verifyToken(await sign(root, alice), root, [admin], new Date()).ok).toBe(true)
    expect(reason(verifyToken(await sign(root, alice), root, [plain], new Date()))).toBe('not-authorized')
    expect(verifyToken(await sign(app, alice), app, [admin], new Date())).toMatchObject({
      reason: 'not-authorized',
      hint: expect.stringMatching(
        /^User: arn:aws:iam::123456789012:user\/alice is not authorized to perform: dsql:DbConnect /,
      ),
    })
  })

  it('that allows nothing lets nobody in', async () => {
    expect(reason(verifyToken(await sign(rds(), alice), rds(), [may()], new Date()))).toBe('not-authorized')
  })
})
