import { describe, expect, it } from 'vitest'
import { createTokenSource, type Token } from '../../src/token/source.ts'

const lifeMs = 900_000

function setUp() {
  const world = { now: 0, signed: 0, failing: undefined as Error | undefined, reported: [] as unknown[] }
  const gates: (() => void)[] = []
  const source = createTokenSource({
    clock: () => world.now,
    random: () => 0,
    sign: async (): Promise<Token> => {
      world.signed += 1
      const value = `token ${world.signed}`
      const signedAt = world.now
      await new Promise<void>((resolve) => gates.push(resolve))
      if (world.failing) throw world.failing
      return { value, signedAt, expiresAt: signedAt + lifeMs }
    },
    onRenewalFailed: (error) => world.reported.push(error),
  })
  const openGates = async () => {
    for (const open of gates.splice(0)) open()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const first = async () => {
    const token = source.get()
    await openGates()
    return token
  }
  return { world, source, gates, openGates, first }
}

describe('token source', () => {
  it('signs once for a hundred who ask at once', async () => {
    const { world, source, openGates } = setUp()
    const asked = Array.from({ length: 100 }, () => source.get())
    await openGates()
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['token 1']))
    expect(world.signed).toBe(1)
  })

  it('signs anew, once, when the clock ran ahead and is set right', async () => {
    const { world, source, first } = setUp()
    world.now = 1_200_000
    await first()
    world.now = 0
    expect(await first()).toBe('token 2')
    expect(await source.get()).toBe('token 2')
    expect(world.signed).toBe(2)
  })

  it('answers from memory while the token is fresh', async () => {
    const { world, source, first } = setUp()
    await first()
    world.now = 599_999
    expect(await source.get()).toBe('token 1')
    expect(world.signed).toBe(1)
  })

  it('renews ahead of time while the last token goes on being handed out', async () => {
    const { world, source, openGates, first } = setUp()
    await first()
    world.now = 600_000
    expect(await source.get()).toBe('token 1')
    expect(await source.get()).toBe('token 1')
    expect(world.signed).toBe(2)
    await openGates()
    expect(await source.get()).toBe('token 2')
  })

  it('waits for a new token when the last one is no longer usable', async () => {
    const { world, source, openGates, first } = setUp()
    await first()
    world.now = lifeMs - 30_000
    const token = source.get()
    await openGates()
    expect(await token).toBe('token 2')
  })

  it('wakes up right after a freeze that outlasted the token', async () => {
    const { world, source, openGates, first } = setUp()
    await first()
    world.now = 40 * 60_000
    const asked = [source.get(), source.get()]
    await openGates()
    expect(await Promise.all(asked)).toEqual(['token 2', 'token 2'])
  })

  it('keeps the last good token when a renewal fails, reports it, and tries again after a pause', async () => {
    const { world, source, openGates, first } = setUp()
    await first()
    world.now = 600_000
    world.failing = new Error('no credentials')
    expect(await source.get()).toBe('token 1')
    await openGates()
    expect(world.reported).toEqual([world.failing])
    world.now += 4_999
    expect(await source.get()).toBe('token 1')
    expect(world.signed).toBe(2)
    world.now += 1
    world.failing = undefined
    expect(await source.get()).toBe('token 1')
    await openGates()
    expect(await source.get()).toBe('token 3')
  })

  it('tells all who wait of a first failure, and never keeps the failure', async () => {
    const { world, source, openGates } = setUp()
    world.failing = new Error('no credentials')
    const asked = [source.get(), source.get()].map((token) => token.catch((error: unknown) => error))
    await openGates()
    expect(await Promise.all(asked)).toEqual([world.failing, world.failing])
    world.failing = undefined
    const token = source.get()
    await openGates()
    expect(await token).toBe('token 2')
  })

  it('lets those wait who come while a renewal runs and the last token has ended', async () => {
    const { world, source, openGates, first } = setUp()
    await first()
    world.now = lifeMs - 35_000
    await source.get()
    world.now = lifeMs - 30_000
    const late = source.get()
    await openGates()
    expect(await late).toBe('token 2')
    expect(world.signed).toBe(2)
  })

  it('asks again after ten seconds of silence, and takes whichever answer comes', async () => {
    const { world, source, gates, openGates } = setUp()
    const asked = source.get()
    world.now = 10_000
    const patient = source.get()
    world.now = 10_001
    const impatient = [source.get(), source.get()]
    expect(world.signed).toBe(2)
    gates.pop()?.()
    expect(await Promise.all(impatient)).toEqual(['token 2', 'token 2'])
    expect(await source.get()).toBe('token 2')
    await openGates()
    expect(await Promise.all([asked, patient])).toEqual(['token 1', 'token 1'])
    expect(await source.get()).toBe('token 2')
  })

  it('hands the last token out while a renewal hangs, and starts another one', async () => {
    const { world, source, first } = setUp()
    await first()
    world.now = 600_000
    await source.get()
    world.now = 610_001
    expect(await source.get()).toBe('token 1')
    expect(world.signed).toBe(3)
  })

  it('forgets a token that was refused, and only that one', async () => {
    const { source, openGates, first } = setUp()
    expect(await first()).toBe('token 1')
    source.forget('another')
    expect(await source.get()).toBe('token 1')
    source.forget('token 1')
    const next = source.get()
    await openGates()
    expect(await next).toBe('token 2')
    source.forget('token 1')
    expect(await source.get()).toBe('token 2')
  })

  it('waits for the renewal that runs when the token was refused meanwhile', async () => {
    const { world, source, openGates, first } = setUp()
    await first()
    world.now = 600_000
    await source.get()
    source.forget('token 1')
    const next = source.get()
    await openGates()
    expect(await next).toBe('token 2')
    expect(world.signed).toBe(2)
  })
})
