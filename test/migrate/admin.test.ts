import { expect, test } from 'vitest'
import { adminOf } from '../../src/migrate/admin.ts'
import { adminUrl } from '../../src/migrate/admin-url.ts'
import { sessionName } from '../../src/migrate/session-name.ts'

const env = {}

test('the URL for Prisma names the admin and never a password', () => {
  const url = 'postgresql://app:canary@localhost:5433/my%20shop?schema=a%26b'
  expect(adminUrl({ url, admin: { user: 'the boss' } }, { env })).toBe(
    'postgresql://the%20boss@localhost:5433/my%20shop?schema=a%26b',
  )
  expect(new URL(adminUrl({ url: 'postgresql://a:canary@[::1]/d' }, { env })).hostname).toBe('[::1]')
})

test('without a connection there still is a URL, since `generate` wants one', () => {
  expect(URL.canParse(adminUrl({}, { env }))).toBe(true)
})

test('a declared role cannot be the admin by being the user of the URL', async () => {
  const url = 'postgresql://app:x@localhost/shop'
  await expect(adminOf({ url, roles: { app: {} } }, { env })).rejects.toThrow(
    '`app` cannot migrate and be a declared role',
  )
  expect((await adminOf({ url, roles: { app: {} }, admin: { user: 'postgres' } }, { env })).resolved.user).toBe(
    'postgres',
  )
})

test('what is said of DSQL is for the engine, and no matter of the connection', async () => {
  const config = { url: 'postgresql://admin:x@localhost/shop', dsql: { identityCache: 1 }, hooks: {}, roles: {} }
  expect(await (await adminOf(config, { env })).engineLogin()).toMatchObject({ dsql: { identityCache: 1 } })
})

test('an admin with a password has no token, one without has', async () => {
  const url = 'postgresql://app@x.cluster-c1.eu-west-1.rds.amazonaws.com/shop'
  const admin = await adminOf({ url, admin: { user: 'postgres', password: async () => 'pw' } }, { env })
  expect((await admin.engineLogin()).login).toMatchObject({ user: 'postgres', password: 'pw' })
  expect((await adminOf({ url, admin: { user: 'postgres' } }, { env })).resolved.auth.kind).toBe('iam')
})

test('a refused connection is told by its reason, also where Node tried several addresses', async () => {
  const { connect } = await adminOf({ url: 'postgresql://a:canary@localhost:1/d' }, { env })
  const failure = await connect().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOGIN', message: expect.stringContaining('ECONNREFUSED') })
})

test("a session's name fits PostgreSQL, names the runner and is one run's own", () => {
  expect(sessionName({ pid: 42, host: 'ci-runner-7', random: () => 0.5 })).toBe('prisma-iam 42@ci-runner-7 i00000')
  const long = sessionName({ pid: 4_194_304, host: `größe ${'x'.repeat(99)}`, random: () => 0 })
  expect(long).toMatch(/^prisma-iam 4194304@gr\?\?e\?x+ 000000$/)
  expect(long.length).toBeLessThanOrEqual(63)
  expect(sessionName()).not.toBe(sessionName())
})
