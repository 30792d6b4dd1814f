import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { adminOf } from '../../src/migrate/admin.ts'
import { adminUrl } from '../../src/migrate/admin-url.ts'
import { isSecretArn, loadFromSdk, readSecret, type SecretsManagerSettings } from '../../src/migrate/secret.ts'
import { type TestSecretsManager, testSecretsManager } from '../support/secrets-manager.ts'

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1a2b-Ab12Cd'
const url = 'postgresql://app@x.cluster-c1.eu-west-1.rds.amazonaws.com/shop'
const json = '{"username":"master","password":"canary"}'
const env = {}

const holding = (text: string | undefined) => async () => ({ getSecretValue: async () => ({ SecretString: text }) })

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('a secret is the JSON that RDS keeps, or a bare password', async () => {
  expect(await readSecret(arn, {}, holding(json))).toEqual({ username: 'master', password: 'canary' })
  expect(await readSecret(arn, {}, holding('canary'))).toEqual({ username: undefined, password: 'canary' })
  expect(isSecretArn(arn)).toBe(true)
  expect(isSecretArn('arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a/b-Ab12Cd')).toBe(true)
  expect(isSecretArn('rds!cluster-1a2b')).toBe(false)
})

test.each(['{"username":"master","password":canary', '{"user":"canary"}', '{"password":""}', '', undefined])(
  'what holds no password is refused, and not repeated: %j',
  async (text) => {
    const failure = await failureOf(readSecret(arn, {}, holding(text)))
    expect(failure).toMatchObject({ code: 'PRISMA_IAM_MIGRATE_SECRET', message: expect.stringContaining(arn) })
    expect(`${failure}${JSON.stringify(failure)}`).not.toContain('canary')
  },
)

test('the region comes from the ARN, credentials and profile from the config', async () => {
  const asked: SecretsManagerSettings[] = []
  const config = { url, profile: 'deploy', admin: { secretArn: arn } }
  const secretsManager = async (settings: SecretsManagerSettings) => {
    asked.push(settings)
    return await holding(json)()
  }
  const admin = await adminOf(config, { env, secretsManager })
  expect(asked).toEqual([{ region: 'eu-west-1', profile: 'deploy' }])
  expect(admin.resolved.user).toBe('master')
  expect((await admin.engineLogin()).login).toMatchObject({ user: 'master', password: 'canary' })
  expect(asked).toHaveLength(2)
})

test('the URL for Prisma is the same before and after the secret is read, and names nobody where only that knows', async () => {
  const read = { env, secretsManager: holding(json) }
  for (const [admin, shown] of [
    [{ secretArn: arn }, 'postgresql://x.cluster'],
    [{ user: 'master', secretArn: arn }, 'postgresql://master@x.cluster'],
  ] as const) {
    expect(adminUrl({ url, admin }, { env })).toMatch(shown)
    expect((await adminOf({ url, admin }, read)).url).toBe(adminUrl({ url, admin }, { env }))
  }
})

test('a secret of somebody else, or of nobody, is told', async () => {
  const login = async (user: string | undefined, text: string) => {
    const admin = user === undefined ? { secretArn: arn } : { user, secretArn: arn }
    await (await adminOf({ url, admin }, { env, secretsManager: holding(text) })).engineLogin()
  }
  await expect(login('postgres', json)).rejects.toThrow('is the login of master, not of postgres')
  await expect(login(undefined, 'canary')).rejects.toThrow(/names no user\nHint: say in `admin\.user`/)
  await expect(login('postgres', 'canary')).resolves.toBeUndefined()
})

test('the package that is missing is named', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package '@aws-sdk/client-secrets-manager'"))
  await expect(loadFromSdk({ region: 'eu-west-1' }, missing)).rejects.toMatchObject({
    code: 'PRISMA_IAM_MIGRATE_SECRET',
    hint: 'run `npm install @aws-sdk/client-secrets-manager`',
  })
})

describe('by the client of the AWS SDK', () => {
  let aws: TestSecretsManager

  beforeAll(async () => {
    aws = await testSecretsManager({ [arn]: json })
  })
  afterEach(() => vi.unstubAllEnvs())
  afterAll(() => aws.stop())

  const credentials = { accessKeyId: 'AKIAOFTHECONFIG00000', secretAccessKey: 'x' }

  test('a secret is read with the credentials of the config, and a refusal says what to do', async () => {
    for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value)
    expect(await readSecret(arn, { credentials })).toEqual({ username: 'master', password: 'canary' })
    expect(aws.asked().accessKey).toBe(credentials.accessKeyId)
    await expect(readSecret(`${arn}x`, { credentials })).rejects.toMatchObject({
      code: 'PRISMA_IAM_MIGRATE_SECRET',
      message: expect.stringMatching(/could not be read: .*find the specified secret.*\(ResourceNotFoundException\)/),
      hint: expect.stringContaining('six letters'),
    })
  })
})
