import { describe, expect, it } from 'vitest'
import { errorCodes, isPrismaIamError, PrismaIamError } from '../src/errors.ts'

describe('errors', () => {
  it('say in the message what Prisma would otherwise drop', () => {
    const error = new PrismaIamError('PRISMA_IAM_CONFIG_INVALID', 'cannot connect:', {
      problems: ['no host', 'no user'],
      hint: 'set DATABASE_URL',
      cause: new Error('underneath'),
    })
    expect(error.message).toBe('cannot connect:\n  - no host\n  - no user\nHint: set DATABASE_URL')
    expect(error).toMatchObject({ code: 'PRISMA_IAM_CONFIG_INVALID', hint: 'set DATABASE_URL', name: 'PrismaIamError' })
    expect(error.meta).toEqual({ code: 'PRISMA_IAM_CONFIG_INVALID', hint: 'set DATABASE_URL' })
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('are known by their brand, also from another copy of this package', async () => {
    const copy = (await import('prisma-iam')) as { PrismaIamError: typeof PrismaIamError }
    const foreign = new copy.PrismaIamError('PRISMA_IAM_TOKEN_SIGN', 'x')
    expect(foreign).not.toBeInstanceOf(PrismaIamError)
    expect(isPrismaIamError(foreign)).toBe(true)
    for (const other of [new Error('x'), null, undefined, 'x', { code: 'PRISMA_IAM_TOKEN_SIGN' }]) {
      expect(isPrismaIamError(other)).toBe(false)
    }
  })

  it('stand in docs/errors.md, every one of them', async () => {
    const rows = Object.entries(errorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
    const page = [
      '# Error codes',
      '',
      'Written from `src/errors.ts`; `npx vitest run test/errors.test.ts -u` writes it anew.',
      '',
      'Every error of this package is a `PrismaIamError` with one of these codes. Its message names the thing and ends',
      'with a hint on what to type; the error underneath is its `cause`.',
      '',
      '| code | meaning |',
      '|---|---|',
      ...rows,
      '',
    ].join('\n')
    await expect(page).toMatchFileSnapshot('../docs/errors.md')
  })
})
