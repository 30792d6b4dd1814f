import { expect, it } from 'vitest'
import { fuzzSplitter } from '../../proof/splitter.ts'

it('splits and plans generated scripts, broken ones too, and loses nothing of them', async () => {
  const { statements, unreadable, slowestMs } = await fuzzSplitter(1500, Date.now() % 1_000_000)
  expect(statements).toBeGreaterThan(1500)
  expect(unreadable).toBeGreaterThan(100)
  expect(slowestMs).toBeLessThan(5000)
})
