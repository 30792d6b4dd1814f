import { describe, expect, it } from 'vitest'
import type { AwsCredentials, CredentialProvider } from '../../src/config/options.ts'
import { createCredentialSource } from '../../src/token/credentials.ts'

const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }
const now = Date.parse('2026-11-21T12:00:00Z')
const inMinutes = (minutes: number) => new Date(now + minutes * 60_000)
const failing = (message: string) => createCredentialSource(async () => Promise.reject(new Error(message)), 'shop')(now)

describe('credential source', () => {
  it('takes an object as it is', async () => {
    expect(await createCredentialSource(keys, undefined)(now)).toEqual(keys)
  })

  it('gives the profile to the default chain', async () => {
    const asked: unknown[] = []
    const loadChain = async (profile: string | undefined): Promise<CredentialProvider> => {
      asked.push(profile)
      return async () => keys
    }
    await createCredentialSource(undefined, 'shop', loadChain)(now)
    expect(asked).toEqual(['shop'])
  })

  it('names the profile of the environment when the chain finds nothing there', async () => {
    const nothing: CredentialProvider = async () => Promise.reject(new Error('Could not load credentials'))
    const source = createCredentialSource(undefined, undefined, async () => nothing, { AWS_PROFILE: 'shpo' })
    await expect(source(now)).rejects.toMatchObject({
      message: expect.stringContaining('for profile shpo: Could not load credentials'),
      hint: expect.stringContaining('aws configure list-profiles'),
    })
  })

  it('asks a provider once for all who ask at the same time, and anew afterwards or when it hangs', async () => {
    const answers: ((credentials: AwsCredentials) => void)[] = []
    const provider: CredentialProvider = () => new Promise((resolve) => answers.push(resolve))
    const [writer, reader] = [createCredentialSource(provider, undefined), createCredentialSource(provider, undefined)]
    const both = Promise.all([writer(now), reader(now)])
    const later = reader(now + 60_000)
    await expect.poll(() => answers.length).toBe(2)
    for (const answer of answers) answer(keys)
    expect(await both).toEqual([keys, keys])
    expect(await later).toEqual(keys)
    void writer(now)
    await expect.poll(() => answers.length).toBe(3)
  })

  it('asks once more by force for credentials that are about to end', async () => {
    const asked: unknown[] = []
    const provider: CredentialProvider = async (options) => {
      asked.push(options)
      return { ...keys, expiration: inMinutes(options?.forceRefresh ? 60 : 4) }
    }
    expect((await createCredentialSource(provider, undefined)(now)).expiration).toEqual(inMinutes(60))
    expect(asked).toEqual([undefined, { forceRefresh: true }])
  })

  it('keeps what it has when the forced answer is worse or fails', async () => {
    const worse: CredentialProvider = async (options) => ({
      ...keys,
      expiration: inMinutes(options?.forceRefresh ? 1 : 4),
    })
    const none: CredentialProvider = async (options) => {
      if (options?.forceRefresh) throw new Error('no')
      return { ...keys, expiration: inMinutes(4) }
    }
    for (const provider of [worse, none]) {
      expect((await createCredentialSource(provider, undefined)(now)).expiration).toEqual(inMinutes(4))
    }
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['half a pair', { accessKeyId: 'AKIA' }],
    ['empty keys', { accessKeyId: '', secretAccessKey: '' }],
    ['a number', 5],
    ['an end that is text', { ...keys, expiration: '2026-11-21T13:00:00Z' }],
    ['an end that is no date', { ...keys, expiration: new Date(Number.NaN) }],
  ])('refuses a provider that returns %s', async (_name, rubbish) => {
    const source = createCredentialSource(async () => rubbish as AwsCredentials, undefined)
    await expect(source(now)).rejects.toMatchObject({ code: 'PRISMA_IAM_TOKEN_CREDENTIALS' })
  })

  it('refuses credentials that have ended, and says when', async () => {
    const source = createCredentialSource({ ...keys, expiration: inMinutes(-1) }, undefined)
    await expect(source(now)).rejects.toThrow('ended at 2026-11-21T11:59:00.000Z')
  })

  it.each([
    [
      "Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
      'aws sso login --profile shop',
    ],
    ['Failed to load a token for session X, please re-authenticate using aws login', 'aws login --profile shop'],
    ['Could not load credentials from any providers', 'aws sts get-caller-identity --profile shop'],
    ['Profile shop requires multi-factor authentication, but no MFA code callback was provided.', 'MFA code'],
  ])('says what to type when a provider says "%s"', async (message, hint) => {
    await expect(failing(message)).rejects.toMatchObject({ hint: expect.stringContaining(hint) })
  })

  it('keeps the cause and never repeats a key', async () => {
    const cause = new Error('boom')
    const error = await createCredentialSource(
      async () => Promise.reject(cause),
      undefined,
    )(now).catch((e: unknown) => e)
    expect(error).toMatchObject({ cause })
    const ended = await createCredentialSource({ ...keys, expiration: inMinutes(-1) }, undefined)(now).catch(String)
    expect(ended).not.toMatch(/AKIAEXAMPLE|secret/)
  })
})
