import { expect, test } from 'vitest'
import { loseLeases } from '../../proof/lost-leases.ts'

test('a deploy that is frozen past its lease sends nothing more, and its successor does the rest, no step twice', async () => {
  const { points, wrong } = await loseLeases(5)
  expect(wrong).toEqual([])
  expect(points).toBeGreaterThan(3)
}, 60_000)
