import { describe, expect, it } from 'vitest'
import { longestLifeSeconds, spreadLives } from '../../src/connect/lifetime.ts'

describe('the life of a connection', () => {
  it('is 55 minutes at most where the server ends it after 60, and shorter when wanted', () => {
    expect(longestLifeSeconds(3_600_000, undefined)).toBe(3300)
    expect(longestLifeSeconds(3_600_000, 86_400)).toBe(3300)
    expect(longestLifeSeconds(3_600_000, 600)).toBe(600)
    expect(longestLifeSeconds(undefined, 600)).toBe(600)
    expect(longestLifeSeconds(undefined, 0)).toBeUndefined()
  })

  it('differs from connection to connection by up to a tenth', () => {
    const randoms = [0, 0.5, 0.99]
    const options: { maxLifetimeSeconds?: number } = {}
    spreadLives(options as Parameters<typeof spreadLives>[0], 3300, () => randoms.shift() ?? 0)
    const lives = [options.maxLifetimeSeconds, options.maxLifetimeSeconds, options.maxLifetimeSeconds]
    expect(lives.map((life) => Math.round(life ?? 0))).toEqual([3300, 3135, 2973])
  })
})
