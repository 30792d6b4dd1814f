import { describe, expect, it } from 'vitest'
import { expiryOf, isUsable, renewalAt, usableUntil } from '../../src/token/schedule.ts'

const quarter = 900_000

describe('schedule', () => {
  it('ends a token with the credentials that signed it', () => {
    expect(expiryOf(1_000, quarter, undefined)).toBe(901_000)
    expect(expiryOf(1_000, quarter, new Date(61_000))).toBe(61_000)
    expect(expiryOf(1_000, quarter, new Date(99_000_000))).toBe(901_000)
  })

  it('renews between half and two thirds of the life', () => {
    const token = { signedAt: 0, expiresAt: quarter }
    expect(renewalAt(token, 0)).toBe(600_000)
    expect(renewalAt(token, 0.999_999)).toBeCloseTo(450_000, -2)
  })

  it('leaves the last 30 seconds unused, or the last tenth of a short life', () => {
    expect(usableUntil({ signedAt: 0, expiresAt: quarter })).toBe(870_000)
    expect(usableUntil({ signedAt: 0, expiresAt: 30_000 })).toBe(27_000)
  })

  it('leaves a token unused that was signed before a clock that ran ahead was set right', () => {
    const token = { signedAt: 1_200_000, expiresAt: 1_200_000 + quarter }
    expect(isUsable(token, 0)).toBe(false)
    expect(isUsable(token, 1_139_000)).toBe(false)
    expect(isUsable(token, 1_141_000)).toBe(true)
    expect(isUsable(token, 1_200_000 + quarter - 30_000)).toBe(false)
  })

  it('always renews before a token stops being usable', () => {
    for (const lifeMs of [1, 100, 1_000, 30_000, 60_000, quarter, 604_800_000]) {
      const token = { signedAt: 5, expiresAt: 5 + lifeMs }
      for (const random of [0, 0.5, 0.999]) expect(renewalAt(token, random)).toBeLessThan(usableUntil(token))
    }
  })
})
