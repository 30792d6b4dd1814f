import { expect, it } from 'vitest'
import { soak } from '../../proof/soak.ts'

it('loses no query while tokens of a second come and go under connections that are used up quickly', async () => {
  const { failed, words, tokens, logins, queries } = await soak({ name: 'short', speed: 900, seconds: 5 })
  expect({ failed, words }).toEqual({ failed: 0, words: [] })
  expect(tokens).toBeGreaterThan(3)
  expect(logins).toBeGreaterThan(20)
  expect(queries).toBeGreaterThan(logins)
})
