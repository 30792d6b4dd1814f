import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf } from '../../src/migrate/admin.ts'
import type { IamConfig } from '../../src/migrate/iam-config.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

let rds: TestEmulator
let dsql: TestEmulator

beforeAll(async () => {
  ;[rds, dsql] = await Promise.all([testEmulator({ service: 'rds' }), testEmulator({ service: 'dsql' })])
})
afterAll(() => Promise.all([rds.stop(), dsql.stop()]))

const wrongKeys = { accessKeyId: 'AKIANOBODYKNOWS00000', secretAccessKey: 'canary' }

/** How the admin's login fails, in words. */
async function failure(emulator: TestEmulator, user: string, change: Partial<IamConfig>): Promise<string> {
  const { connect } = await adminOf({ ...emulator.options, ...change, admin: { user } }, { env: {} })
  const error = await connect().then(
    (client) => client.end().then(() => new Error('it got in')),
    (cause: Error & { code?: string }) => cause,
  )
  expect(error).toMatchObject({ code: 'PRISMA_IAM_MIGRATE_LOGIN' })
  return error.message
}

test('RDS tells nothing, so everything that it can be is told, with the dialled address', async () => {
  const words = await failure(rds, 'postgres', { credentials: wrongKeys })
  expect(words).toMatch(/^postgres could not log in to .* \(dialled 127\.0\.0\.1:\d+\): PAM authentication failed/)
  expect(words).toMatch(/RDS refused the token[\s\S]*rds-db:connect[\s\S]*\nHint: .*iam-db-auth-error/)
  expect(words).not.toContain('canary')
})

test("DSQL's own hint is told", async () => {
  const words = await failure(dsql, 'admin', { credentials: wrongKeys })
  expect(words).toMatch(/^admin could not log in to postgres at .*access denied[\s\S]*signed for .*\nHint: /)
})

test('a certificate by another root leads to `tls.caFile`', async () => {
  expect(await failure(rds, 'postgres', { tls: { ca: dsql.ca } })).toMatch(/\nHint: the certificate .*`tls\.caFile`/)
})

test('a provider that hangs is told as such', async () => {
  const never = () => new Promise<never>(() => {})
  const url = `${rds.env.DATABASE_URL}&connect_timeout=1`
  const { connect } = await adminOf(
    { url, tls: rds.options.tls ?? {}, credentials: never, admin: { user: 'postgres' } },
    { env: {} },
  )
  await expect(connect()).rejects.toThrow(/within 1000 ms: the source of the AWS credentials[\s\S]*\nHint: see why/)
})
