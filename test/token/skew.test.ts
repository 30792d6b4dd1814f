import { describe, expect, it } from 'vitest'
import { describeToken } from '../../src/token/describe.ts'
import { signAt } from '../../src/token/sign-at.ts'
import { clockSkewFrom } from '../../src/token/skew.ts'

const now = Date.parse('2026-11-21T09:00:00Z')

describe('clock skew', () => {
  it.each([
    ['Signature expired: 20261121T090000Z is now earlier than 20261121T090500Z (20261121T092000Z - 15 min.)', 20],
    ['Signature expired: 20261121T091500Z is now earlier than 20261121T092000Z', 20],
    [
      'Signature not yet current: 20261121T090000Z is still later than 20261121T084500Z (20261121T084000Z + 5 min.)',
      -20,
    ],
  ])('is read from %s', (text, minutes) => {
    expect(clockSkewFrom(text, now)).toBe(minutes * 60_000)
  })

  it.each(['', 'Signature expired: yesterday', 'User: arn is not authorized, 20261121T090000Z'])(
    'is not made up: %s',
    (text) => {
      expect(clockSkewFrom(text, now)).toBeUndefined()
    },
  )
})

describe('the description of a token', () => {
  const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }

  it('says for whom and when it was signed, and nothing secret', async () => {
    const request = {
      service: 'rds',
      host: 'db.example',
      port: 5433,
      region: 'eu-west-1',
      user: 'a b',
      lifetimeMs: 900_000,
    } as const
    const facts = describeToken(await signAt(request, keys, now))
    expect(facts).toEqual({
      host: 'db.example:5433',
      action: 'connect',
      user: 'a b',
      accessKeyId: 'AKIAEXAMPLE',
      region: 'eu-west-1',
      signedAt: now,
      lifetimeMs: 900_000,
    })
  })

  it.each([
    '',
    'a password',
    'host/?Action=connect',
    'ho st/?x',
    'x/?Action=a&X-Amz-Credential=a/b/c&X-Amz-Date=never',
  ])('is none for what is no token: %s', (text) => {
    expect(describeToken(text)).toBeUndefined()
  })
})
