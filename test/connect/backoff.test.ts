import { expect, it } from 'vitest'
import { fullJitterMs } from '../../src/connect/backoff.ts'

const growth = { baseMs: 20, maxMs: 1000 }

it('the longest wait doubles with each failed try, up to its limit', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 2000].map((tries) => fullJitterMs(tries, growth, () => 1))
  expect(longest).toEqual([20, 40, 80, 160, 320, 640, 1000, 1000, 1000])
})

it('all of a wait is chance', () => {
  expect(fullJitterMs(3, growth, () => 0)).toBe(0)
  expect(fullJitterMs(3, growth, () => 0.25)).toBe(20)
})
