import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf } from '../../src/migrate/admin.ts'
import { awaitLogins, bringRoles } from '../../src/migrate/bring-roles.ts'
import type { IamConfig } from '../../src/migrate/iam-config.ts'
import { iamLogins, probeLogin } from '../../src/migrate/new-logins.ts'
import type { DeployStep } from '../../src/migrate/steps.ts'
import { type TestEmulator, testEmulator } from '../support/emulator.ts'

const small = { accessKeyId: 'AKIASMALL00000000001', secretAccessKey: 'only-for-the-admin' }
const big = { accessKeyId: 'AKIABIG0000000000001', secretAccessKey: 'for-everybody' }
const arn = 'arn:aws:iam::123456789012:role/deployer'
const env = {}

let emulator: TestEmulator

beforeAll(async () => {
  const identities = [
    { ...small, arn, allow: [{ action: 'rds-db:connect' as const, user: 'postgres' }] },
    { ...big, arn, allow: [{ action: 'rds-db:connect' as const, user: '*' }] },
  ]
  emulator = await testEmulator({ service: 'rds', identities })
})
afterAll(() => emulator.stop())

function configOf(credentials: typeof small, roles: string[] = []): IamConfig {
  const { user: _user, ...options } = emulator.options
  const { host, port, signHost, signPort, database, tls } = options
  const at = { host, port, signHost, signPort, database, tls } as IamConfig
  const declared = Object.fromEntries(roles.map((name) => [name, { iam: [`${arn}-of-${name}`] }]))
  return { ...at, credentials, admin: { user: 'postgres' }, roles: declared }
}

async function bring(config: IamConfig, loginWaitMs: number) {
  const steps: DeployStep[] = []
  const options = { env, loginWaitMs, report: (step: DeployStep) => void steps.push(step) }
  const admin = await adminOf(config, { env })
  const client = await admin.connect()
  try {
    const { newLogins } = await bringRoles(config, options, admin, client)
    await awaitLogins(newLogins, config, options)
    return { newLogins, steps: steps.filter(({ kind }) => kind !== 'roles') }
  } finally {
    await client.end()
  }
}

test('a role that may log in by IAM since now is waited for, until it is let in, and only once', async () => {
  const config = configOf(big, ['fresh', 'second'])
  expect(await bring(config, 10_000)).toEqual({
    newLogins: ['fresh', 'second'],
    steps: [
      { kind: 'settling', roles: ['fresh', 'second'], waitMs: 10_000 },
      { kind: 'settled', roles: ['fresh', 'second'], unproven: [], ms: expect.any(Number) },
    ],
  })
  expect(await bring(config, 10_000)).toEqual({ newLogins: [], steps: [] })
})

test('one whose login these credentials may not try is waited for in full; 0 waits for nobody', async () => {
  expect((await bring(configOf(small, ['hidden']), 300)).steps.at(-1)).toMatchObject({ unproven: ['hidden'] })
  expect(await bring(configOf(small, ['unwaited']), 0)).toEqual({ newLogins: ['unwaited'], steps: [] })
})

test('a probe tells apart who is let in, who is refused, and what cannot be found out', async () => {
  await emulator.asSuperuser('CREATE ROLE barred LOGIN; GRANT rds_iam TO barred; ALTER ROLE barred CONNECTION LIMIT 0')
  const probe = (config: IamConfig, role: string) => probeLogin(config, role, { env }, undefined)
  expect(await probe(configOf(big), 'app')).toBe('in')
  expect(await probe(configOf(big), 'barred')).toBe('in')
  expect(await probe(configOf(small), 'app')).toBe('refused')
  expect(await probe({ ...configOf(big), credentials: () => Promise.reject(new Error('no keys')) }, 'app')).toBe(
    'unknown',
  )
  expect(await probe({ ...configOf(big), port: 1 }, 'app')).toBe('unknown')
})

test('members of rds_iam through a group count, group roles and superusers do not', async () => {
  await emulator.asSuperuser(
    'CREATE ROLE crew; GRANT rds_iam TO crew; CREATE ROLE sailor LOGIN; GRANT crew TO sailor; CREATE ROLE guest LOGIN',
  )
  const client = await (await adminOf(configOf(big), { env })).connect()
  const logins = await iamLogins(client)
  await client.end()
  expect([...logins]).toEqual(expect.arrayContaining(['sailor', 'app']))
  for (const name of ['crew', 'guest', emulator.superuser.user]) expect(logins).not.toContain(name)
})
