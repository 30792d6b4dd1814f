import { describe, expect, it } from 'vitest'
import { type OccRetryOptions, retryPolicy } from '../../src/connect/occ-options.ts'

describe('options of retrying', () => {
  it('are refused all at once', () => {
    const wrong = { tries: 0, budgetMs: Number.NaN, baseMs: -1, sleep: 5, trys: 3 } as unknown as OccRetryOptions
    const problems = [
      expect.stringContaining('did you mean `tries`'),
      expect.stringContaining('`tries`'),
      expect.stringContaining('`budgetMs`'),
      expect.stringContaining('`baseMs`'),
      expect.stringContaining('`sleep`'),
    ]
    expect(() => retryPolicy(wrong)).toThrow(expect.objectContaining({ code: 'PRISMA_IAM_CONFIG_INVALID', problems }))
  })

  it('may be undefined, which is their default', () => {
    expect(retryPolicy({ tries: undefined, budgetMs: undefined } as object)).toMatchObject({
      tries: 10,
      budgetMs: 15_000,
    })
  })
})
